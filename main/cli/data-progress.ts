import { SingleBar } from 'cli-progress';
import type { DataProgress, OnProgress } from '../data/progress.ts';
import { formatBytes } from '../charts/formats.ts';
import { visibleLine } from '../visible.ts';
import { exitCodes } from './failure.ts';
import { note, print, shorten } from './format.ts';

interface DataDisplay {
  readonly onProgress: OnProgress;
  readonly end: () => void;
}

const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Shows how far work is (downloads, imports, sets): one moving line on a terminal, a line for each item elsewhere. A signal
 * ends the process with these words, and its staging folder goes with it.
 */
export async function withProgress<T>(interrupted: string, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const display = process.stdout.isTTY ? bar() : lines();
  const interrupt = (): void => {
    display.end();
    note(interrupted);
    process.exit(exitCodes.stopped);
  };
  for (const signal of interruptions) process.once(signal, interrupt);
  return work(display.onProgress).finally(() => {
    for (const signal of interruptions) process.off(signal, interrupt);
    display.end();
  });
}

function bar(): DataDisplay {
  let latest: DataProgress | null = null;
  const drawn = new SingleBar({
    format: (_options, { maxWidth }: { maxWidth?: number }) =>
      latest ? shorten(dataLine(latest), (maxWidth ?? 80) - 1) : '',
    stream: process.stdout,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
  });
  drawn.start(1, 0);
  return {
    onProgress: (progress) => {
      latest = progress;
      drawn.update(progress.total === null ? 0 : progress.done / progress.total);
    },
    end: () => drawn.stop(),
  };
}

function lines(): DataDisplay {
  let last = '';
  return {
    onProgress: ({ step, item }) => {
      const line = `${step} ${item}`;
      if (line !== last) print(line);
      last = line;
    },
    end: () => undefined,
  };
}

function dataLine({ step, item, done, total, unit }: DataProgress): string {
  // These are not counted.
  if (step === 'build' || step === 'try') return `${step} ${visibleLine(item)}`;
  const amount = unit === 'bytes' ? formatBytes : (count: number): string => count.toLocaleString('en-US');
  const known = total === null ? '' : ` of ${amount(total)}, ${Math.floor((done / total) * 100)} %`;
  return `${step} ${visibleLine(item)}: ${amount(done)}${unit === 'bytes' ? '' : ` ${unit}`}${known}`;
}
