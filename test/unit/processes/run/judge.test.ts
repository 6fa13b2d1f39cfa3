import { expect, it } from 'vitest';
import { createJudge } from '../../../../main/processes/run/judge.ts';
import { newMember, type Member } from '../../../../main/processes/run/member.ts';
import type { ToSource } from '../../../../main/processes/source/messages.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { epochRecord, experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

/** Two sources in training, and what they are told. */
function judged(input: ExperimentInput) {
  const store = openTestStore(temporaryFolder());
  const phases = [
    { budget: 4, epochs: 5 },
    { budget: 'full' as const, epochs: 5 },
  ];
  const run = store.create(experiment({ sources: { count: 2 }, phases, ...input }), 1);
  const told: ToSource[][] = [[], []];
  const members = told.map((heard, index): Member => {
    const process = { pid: 1, send: (message: ToSource) => void heard.push(message), kill: () => undefined };
    return {
      ...newMember(index),
      stage: 'training',
      process: { ...process, gone: new Promise<string>(() => undefined) },
    };
  });
  const judge = createJudge({ execution: { run, store, log: () => undefined }, members, flush: () => undefined });
  const end = (source: number, epoch: number, scores: Partial<ReturnType<typeof epochRecord>>): void => {
    const record = epochRecord(epoch, { source, ...scores });
    store.append(run.id, [record]);
    members[source].epoch = record;
    judge.goOn();
  };
  return { judge, members, told, end };
}

it('all sources hear the same once all have ended their epoch, by their mean accuracy', () => {
  const { members, told, end } = judged({ stop: { accuracy: 0.6 } });
  end(0, 0, { testAccuracy: 0.7 });
  expect(told).toEqual([[], []]);
  end(1, 0, { testAccuracy: 0.4 });
  expect(told).toEqual([[{ kind: 'judged', end: null }], [{ kind: 'judged', end: null }]]);
  for (const member of members) Object.assign(member, { epoch: null, judged: false });
  end(1, 1, { testAccuracy: 0.5 });
  end(0, 1, { testAccuracy: 0.75 });
  expect(told.map((heard) => heard.at(-1))).toEqual(Array(2).fill({ kind: 'judged', end: 'pair' }));
});

it('one that comes back to an epoch hears what the others heard, and nobody waits for one that is away', () => {
  const { members, told, end } = judged({ stop: { accuracy: 0.6 } });
  members[1].stage = 'down';
  end(0, 0, { testAccuracy: 0.7 });
  expect(told).toEqual([[{ kind: 'judged', end: 'pair' }], []]);
  members[0].stage = 'arrived';
  members[1].stage = 'training';
  end(1, 0, { testAccuracy: 0.1 });
  expect(told[1]).toEqual([{ kind: 'judged', end: 'pair' }]);
});

it('the best epoch is kept of a phase that leads to a pair, where images or a stop choose it', () => {
  const score = (phase: number, epoch: number, validationAccuracy: number) =>
    [epoch, { phase, budget: phase === 0 ? 4 : null, validationAccuracy }] as const;
  const { judge, members, end } = judged({ validation: 0.1, sources: { count: 2 } });
  const both = (...given: ReturnType<typeof score>): boolean => {
    for (const source of [0, 1]) end(source, ...given);
    return judge.haveBest(members);
  };
  expect(both(...score(0, 0, 0.9))).toBe(false);
  expect([both(...score(1, 1, 0.5)), both(...score(1, 2, 0.4)), both(...score(1, 3, 0.6))]).toEqual([
    true,
    false,
    true,
  ]);
  const without = judged({});
  for (const source of [0, 1]) without.end(source, 0, { phase: 1, budget: null });
  expect(without.judge.haveBest(without.members)).toBe(false);
});
