/**
 * Drawings of one task take about this long together, in milliseconds; what is left waits for the next, so that a page
 * of many charts answers its user between them.
 */
const mostAtOnce = 40;

const waiting: (() => void)[] = [];
let spent = 0;
let isScheduled = false;

/** Draws at once, or after what was asked for before it where that takes its time. */
export function drawInTurn(draw: () => void): void {
  if (waiting.length === 0 && spent < mostAtOnce) perform(draw);
  else waiting.push(draw);
  schedule();
}

function perform(draw: () => void): void {
  const began = performance.now();
  draw();
  spent += performance.now() - began;
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    spent = 0;
    while (waiting.length > 0 && spent < mostAtOnce) perform(waiting.shift()!);
    if (waiting.length > 0) schedule();
  });
}
