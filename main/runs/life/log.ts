import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** What happened to a run, one JSON object a line, for people and for grep: its steps are in the store. */
export type RunLog = (event: string, details?: Readonly<Record<string, unknown>>) => void;

/** Opens the `log.jsonl` of a run's folder. Each line is written at once, so a kill loses none before it. */
export function openLog(runFolder: string): RunLog {
  const path = join(runFolder, 'log.jsonl');
  return (event, details) => {
    appendFileSync(path, `${JSON.stringify({ time: new Date().toISOString(), event, ...details })}\n`);
  };
}
