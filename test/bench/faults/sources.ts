import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '../../../main/errors.ts';
import { random } from '../../../main/random.ts';
import type { TakenUp } from '../../../main/runs/life/execution.ts';
import { openRunRecords } from '../../../main/runs/life/run-records.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { batchesIn, learnedIn, strike, struckRuns } from '../../support/killed-sources.ts';
import { experiment } from '../../support/run-records.ts';
import type { Verdict } from './verdict.ts';

const killsOfRun = 20;

/**
 * Kills sources and servers in the midst of their messages, hundreds of times a minute: all is as it is in processes but
 * for the arithmetic. The half must have learned from each batch once, and there must be a record of each.
 */
export async function* sourceTrials(seed: number, kills: number, match: RegExp): AsyncGenerator<Verdict> {
  const chosen = struckRuns.filter(({ name }) => match.test(name));
  for (let done = 0, number = 0; done < kills; number++) {
    const kind = chosen[number % chosen.length];
    const verdict = await struck(kind, `${seed} ${number}`);
    yield verdict;
    done += Math.max(1, verdict.strikes ?? 0);
  }
}

async function struck(kind: (typeof struckRuns)[number], draw: string): Promise<Verdict> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-faults-'));
  const store = openStore(home);
  try {
    const run = store.create(experiment(kind.input), 1);
    const folder = store.folder(run.id);
    const stop = new AbortController();
    const quiet = { log: () => undefined, emit: () => undefined, signal: stop.signal, stop: () => stop.abort() };
    const taken: TakenUp = { store, run, folder, ...quiet };
    const records = await openRunRecords(taken);
    const options = { folder: join(home, 'server'), random: random(1, draw), kills: killsOfRun };
    const { killed } = await strike({ ...taken, records }, options);
    const expected = batchesIn(kind.epochs, run.experiment.sources.count).join();
    const wrong: string[] = [];
    for (let training = 0; training < kind.trainings; training++) {
      const steps = store.steps(run.id).filter((step) => step.training === training);
      const recorded = steps.map(({ source, step }) => `${source}.${step}`).sort();
      const learned = await learnedIn(folder, training);
      if (recorded.join() !== expected) wrong.push(`training ${training}: records of ${recorded.join(' ')}`);
      if (learned.join() !== expected) wrong.push(`training ${training}: learned from ${learned.join(' ')}`);
    }
    records.verify();
    records.close();
    const what = `${kind.name}: ${killed.length} killed (${draw})`;
    return { what, kind: wrong.length === 0 ? 'same' : 'silent', detail: wrong.join('; '), strikes: killed.length };
  } catch (error) {
    const words = error instanceof SluiceError ? error.message : String(error);
    return { what: `${kind.name} (${draw})`, kind: error instanceof SluiceError ? 'said' : 'trace', detail: words };
  } finally {
    store.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
