import { parseArgs } from 'node:util';
import { random } from '../../main/random.ts';
import { damageTrials } from './faults/damage.ts';
import { inputTrials } from './faults/inputs.ts';
import { killTrials } from './faults/kills.ts';
import { sourceTrials } from './faults/sources.ts';
import { setLimit } from './faults/sluice.ts';
import { isFailure, type Verdict } from './faults/verdict.ts';

/**
 * Breaks runs on purpose, by the commands of the terminal: kills their processes, damages the files of a home, gives
 * them inputs that make no sense. Whatever comes must be right or must be said: it ends with 1 when anything is wrong
 * without a word, shows a trace, or hangs. `--json` prints one document alone; `--only kills,damage` is a part, and so is
 * `--match 'one half'`, of the runs that are killed, the files or the inputs; on a machine that has other work,
 * `--limit-seconds 900` says when a command hangs.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: 'kills,sources,damage,inputs' },
    kills: { type: 'string', default: '200' },
    sources: { type: 'string', default: '600' },
    match: { type: 'string', default: '' },
    damage: { type: 'string', default: '120' },
    inputs: { type: 'string', default: '200' },
    'limit-seconds': { type: 'string', default: '120' },
  },
});
setLimit(Number(options['limit-seconds']));
if (process.platform === 'win32') throw new Error('The faults are signals, which Windows does not have.');

const match = new RegExp(options.match);
const kinds = {
  kills: (draw: string) => killTrials(random(Number(options.seed), draw), Number(options.kills), match),
  sources: () => sourceTrials(Number(options.seed), Number(options.sources), match),
  damage: (draw: string) => damageTrials(random(Number(options.seed), draw), Number(options.damage), match),
  inputs: (draw: string) => inputTrials(random(Number(options.seed), draw), Number(options.inputs), match),
} as const;

const verdicts: Verdict[] = [];
const summary: Record<string, Record<string, number>> = {};
for (const [kind, trial] of Object.entries(kinds)) {
  if (!options.only.split(',').includes(kind)) continue;
  const counts: Record<string, number> = { faults: 0, same: 0, said: 0, silent: 0, trace: 0, hang: 0 };
  for await (const verdict of trial(kind)) {
    verdicts.push(verdict);
    counts.faults += verdict.strikes ?? 1;
    counts[verdict.kind]++;
    if (isFailure(verdict) || options.verbose) say(`${verdict.kind}  ${verdict.what}\n    ${verdict.detail}`);
  }
  summary[kind] = counts;
  say(
    `${kind}: ${Object.entries(counts)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ')}`,
  );
}
const failures = verdicts.filter(isFailure);
if (options.json) console.log(JSON.stringify({ seed: Number(options.seed), summary, failures }, null, 2));
process.exit(failures.length === 0 ? 0 : 1);

function say(line: string): void {
  if (!options.json) console.log(line);
}
