import { runNumber, type Run } from '../runs/store/run.ts';

/** What to call runs by, oldest first: those whose numbers follow one another as a range. */
export function references(runs: readonly Run[]): string[] {
  const stretches: Run[][] = [];
  for (const run of runs) {
    const last = stretches.at(-1);
    if (last && runNumber(run) === runNumber(last.at(-1)!) + 1) last.push(run);
    else stretches.push([run]);
  }
  return stretches.flatMap((stretch) =>
    stretch.length > 2 ? [`${runNumber(stretch[0])}..${runNumber(stretch.at(-1)!)}`] : stretch.map(({ id }) => id),
  );
}
