import { describe, expect, it } from 'vitest';
import type { Child } from '../../../../main/processes/child.ts';
import { superviseGroup } from '../../../../main/processes/run/group.ts';
import { createMeeting } from '../../../../main/processes/run/meeting.ts';
import { newMember, type Member, type Stage } from '../../../../main/processes/run/member.ts';
import { recordSources } from '../../../../main/processes/run/records.ts';
import type { FromSource, SourceTask, ToSource } from '../../../../main/processes/source/messages.ts';
import type { TakenStep } from '../../../../main/offload/protocol/control.ts';
import type { RunEvent } from '../../../../main/runs/life/execution.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import type { ServerState, Snapshot } from '../../../../main/training/snapshot.ts';
import { closing } from '../../../support/closing.ts';
import { experiment, pairRecord, stepRecord, uniformSnapshot } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';

const kept: ServerState = { kind: 'kept', name: 'one', sha256: 'ab'.repeat(32) };

const takenStep = (step: number): TakenStep => ({
  step,
  budget: 2,
  learningRate: 0.1,
  samples: 4,
  crossEntropy: 0.75,
  correct: 3,
  bytesUp: 100,
  bytesDown: 200,
  serverSeconds: 0.5,
  waitSeconds: 0.25,
});

/** A process of a source in the hands of the test. */
interface Started {
  readonly index: number;
  readonly task: SourceTask;
  readonly told: ToSource[];
  say(message: FromSource): void;
  die(): void;
}

/** Two sources of one half, both training from a checkpoint after 1 step of each; all the processes they ever have. */
async function pair() {
  const store = openTestStore(temporaryFolder());
  const run = store.create(experiment({ sources: { count: 2 } }), 1);
  const told: string[] = [];
  const emit = (event: RunEvent): void => {
    if (event.kind === 'notice') told.push(event.message);
  };
  const execution = { ...(await takeUp(store, run)), emit };
  const { folder } = execution;
  const records = recordSources(execution);
  const standing = [kept, { kind: 'shared' } as const].map(
    (server, i) => [i, { ...uniformSnapshot(1), server }] as const,
  );
  await saveCheckpoint(folder, new Map(standing), { ...execution.records.owner, records: new Map() });
  const started: Started[] = [];
  const startProcess = (index: number) => (onMessage: (message: FromSource) => void) => {
    let die: (how: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => (die = resolve));
    const messages: ToSource[] = [];
    const child: Child<ToSource> = {
      pid: 1,
      gone,
      kill: () => die('SIGKILL'),
      send(message) {
        if (message.kind !== 'task') messages.push(message);
        else started.push({ index, task: message.task, told: messages, say: onMessage, die: () => die('SIGKILL') });
      },
    };
    return child;
  };
  const task = (index: number, resume: Snapshot | null) => ({ index, resume }) as SourceTask;
  const options = {
    execution,
    records,
    sources: [0, 1],
    folder,
    task,
    startProcess,
    onEngine: () => undefined,
    onServerEngine: () => undefined,
  };
  const group = superviseGroup({ ...options, pauseMs: 1 });
  closing({ close: () => group.kill() });
  group.done.catch(() => undefined);
  for (const index of [0, 1]) {
    await expect.poll(() => started.length).toBe(index + 1);
    started[index].say({ kind: 'open', engine: null });
  }
  await expect.poll(() => group.members.map(({ stage }) => stage)).toEqual(['training', 'training']);
  const steps = (source: number): number[] => {
    records.flush();
    return store
      .steps(run.id)
      .filter((step) => step.source === source)
      .map(({ step }) => step);
  };
  return { store, run, folder, group, started, steps, told };
}

describe('a source that died before it told of what the server half took', () => {
  it('stands behind it in a checkpoint that the others make, and its steps are recorded', async () => {
    const { store, run, folder, started, steps } = await pair();
    started[1].say({ kind: 'record', record: stepRecord(1, { epoch: 1 }) });
    started[1].die();
    started[0].say({ kind: 'arrived', final: false });
    await expect.poll(() => started[0].told.at(-1)).toMatchObject({ kind: 'met', away: [{ source: 1, from: 2 }] });
    // Those it has told of may come once more.
    started[0].say({ kind: 'taken', source: 1, steps: [1, 2, 3].map(takenStep) });
    const snapshot = { ...uniformSnapshot(5), server: kept };
    started[0].say({ kind: 'checkpoint', checkpoint: { kind: 'checkpoint', final: false, snapshot } });
    await expect.poll(() => started[0].told.at(-1)?.kind).toBe('saved');
    const cut = await loadCheckpoint(folder);
    expect(cut.get(1)?.position).toEqual({ ...uniformSnapshot(1).position, batch: 4, step: 4 });
    expect(cut.get(1)?.client).toEqual(uniformSnapshot(1).client);
    expect(steps(1)).toEqual([1, 2, 3]);
    expect(store.steps(run.id).at(-1)).toMatchObject({
      ...takenStep(3),
      training: 0,
      phase: 0,
      source: 1,
      epoch: 1,
      pruneLoss: NaN,
      wireUp: 100,
      wireDown: 200,
      clientSeconds: 0,
    });
  });

  it('is told of by the server as it joins the others again, and recorded once', async () => {
    const { started, steps } = await pair();
    started[1].die();
    await expect.poll(() => started.length).toBe(3);
    const { index, task, say } = started[2];
    expect({ index, joins: task.joins, step: task.resume?.position.step }).toEqual({ index: 1, joins: true, step: 1 });
    for (const round of [1, 2]) {
      say({ kind: 'taken', source: 1, steps: [takenStep(1)] });
      expect(steps(1), `round ${round}`).toEqual([1]);
    }
    say({ kind: 'open', engine: null });
    say({ kind: 'record', record: stepRecord(2) });
    expect(steps(1)).toEqual([1, 2]);
  });

  it('goes back with all others where the server does not know it any more', async () => {
    const { started } = await pair();
    started[1].die();
    await expect.poll(() => started.length).toBe(3);
    started[2].say({ kind: 'failed', failure: { code: 'session-lost', message: 'It is not known any more.' } });
    started[2].die();
    await expect.poll(() => started.length).toBe(4);
    expect(started[3]).toMatchObject({ index: 0, task: { joins: false } });
  });
});

it('a source that is given up is told of, and the run knows what it goes on without', async () => {
  const { store, run, group, started, told } = await pair();
  for (let deaths = 1; deaths <= 7; deaths++) {
    await expect.poll(() => started.length).toBe(deaths + 1);
    started.at(-1)!.die();
  }
  await expect.poll(() => group.members[1].stage).toBe('dropped');
  expect(store.get(run.id).dropped).toEqual([1]);
  expect(told).toEqual(['Source 2 died 7 times without coming to a checkpoint: the run goes on without it.']);
});

describe('sources that train several networks one after the other', () => {
  /** Sources at these stages in these trainings, and their meeting. */
  async function meetingOf(...places: readonly (readonly [stage: Stage, training: number])[]) {
    const store = openTestStore(temporaryFolder());
    const run = store.create(experiment({ sources: { count: places.length } }), 1);
    const folder = store.folder(run.id);
    const told = places.map((): ToSource[] => []);
    const members = places.map(([stage, training], index): Member => {
      const position = { ...uniformSnapshot(index).position, training };
      const snapshot: Snapshot = { ...uniformSnapshot(index), position, server: { kind: 'shared' } };
      const send = (message: ToSource): void => void told[index].push(message);
      const gone = new Promise<string>(() => undefined);
      const process = { pid: 1, send, kill: () => undefined, gone };
      return { ...newMember(index), stage, process, snapshot, reached: snapshot };
    });
    const execution = await takeUp(store, run);
    return {
      folder,
      members,
      told,
      ...createMeeting({ execution, folder, members, flush: () => undefined, haveBest: () => false }),
    };
  }

  it('begin with the next when all are through with the one before, as a checkpoint holds one half', async () => {
    const { members, told, goOn } = await meetingOf(['open', 1], ['training', 0], ['ended', 0]);
    await goOn();
    expect(told[0]).toEqual([]);
    members[1].stage = 'arrived';
    await goOn();
    expect(told[1]).toEqual([{ kind: 'met', keeper: true, full: false }]);
    members[1].stage = 'dropped';
    await goOn();
    expect(told[0]).toEqual([{ kind: 'enter' }]);
  });

  it('leave the half of a finished one to a source that still trains with it', async () => {
    const { folder, members, goOn } = await meetingOf(['open', 1], ['arrived', 0], ['down', 0]);
    members[1].final = true;
    await goOn();
    const state: ServerState = { kind: 'state', state: { weights: {}, momentum: {} } };
    const snapshot: Snapshot = { ...uniformSnapshot(1), server: state };
    const position = { training: 1, phase: 0, epoch: 0, batch: 0, step: 0 };
    const checkpoint = { kind: 'checkpoint', final: true, snapshot: { ...snapshot, position } } as const;
    Object.assign(members[1], { checkpoint, pair: pairRecord(0) });
    await goOn();
    const cut = await loadCheckpoint(folder);
    expect([0, 1, 2].map((source) => cut.get(source)?.server.kind)).toEqual(['shared', 'shared', 'state']);
  });
});
