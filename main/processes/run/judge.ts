import { bestEpoch, keepsBest } from '../../records/best-epoch.ts';
import { mergeEpochs } from '../../records/merge.ts';
import type { EpochRecord } from '../../records/record.ts';
import type { Execution } from '../../runs/life/execution.ts';
import { phasesWithout } from '../../runs/experiment/budgets.ts';
import { planTrainings } from '../../training/plan.ts';
import { earlyEnd, type EarlyEnd } from '../../training/stop.ts';
import { membersAt, type Member } from './member.ts';

/** Judges the epochs of sources that train one server half: all of them end a phase together, and have their best epoch together. */
export interface Judge {
  /** Answers those who wait for what their epoch ends, once all who train have come to its end. */
  goOn(): void;
  /** Whether these have just ended the best epoch of a phase that leads to a pair, which the run keeps. */
  haveBest(arrived: readonly Member[]): boolean;
  /** All go back: what was answered beyond their checkpoint does not hold. */
  reset(): void;
}

interface JudgeOptions {
  readonly execution: Pick<Execution, 'run' | 'store' | 'log'>;
  readonly members: readonly Member[];
  /** Writes down what was reported before. */
  readonly flush: () => void;
}

export function createJudge({ execution: { run, store, log }, members, flush }: JudgeOptions): Judge {
  const { stop, method, phases } = run.experiment;
  const trainings = planTrainings(method, phasesWithout(phases), Infinity);
  const sources = new Set(members.map(({ index }) => index));
  /** One that comes back to an epoch that the others have ended hears what they heard. */
  const given = new Map<string, EarlyEnd | null>();

  /** The epochs of a training until this one, all sources together. */
  function epochsUntil({ training, epoch }: EpochRecord): EpochRecord[] {
    flush();
    const all = store.epochs(run.id).filter((each) => each.training === training && each.epoch <= epoch);
    return mergeEpochs(
      all.filter(({ source }) => sources.has(source)),
      1,
    );
  }

  function endOf(record: EpochRecord): EarlyEnd | null {
    const key = `${record.training} ${record.epoch}`;
    const known = given.get(key);
    if (known !== undefined || !stop) return known ?? null;
    const end = earlyEnd(stop, trainings[record.training], epochsUntil(record));
    given.set(key, end);
    if (end) log('ended-early', { training: record.training, phase: record.phase, epoch: record.epoch, end });
    return end;
  }

  return {
    goOn() {
      const training = membersAt(members, 'training');
      if (!stop || training.some(({ epoch }) => !epoch)) return;
      for (const member of training.filter(({ judged }) => !judged)) {
        member.judged = true;
        member.process?.send({ kind: 'judged', end: endOf(member.epoch!) });
      }
    },
    haveBest(arrived) {
      const [first] = arrived;
      if (!keepsBest(run.experiment) || !first?.epoch || arrived.some(({ epoch }) => !epoch)) return false;
      const { training, phase } = first.epoch;
      if (!trainings[training][phase].result && !arrived.some(({ final }) => final)) return false;
      const own = epochsUntil(first.epoch).filter((each) => each.phase === phase);
      return bestEpoch(own) === own.at(-1);
    },
    reset: () => given.clear(),
  };
}
