import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMeeting } from '../../../../main/processes/run/meeting.ts';
import { newMember, type Member, type Stage } from '../../../../main/processes/run/member.ts';
import { afterStep } from '../../../../main/processes/run/reached.ts';
import type { ToSource } from '../../../../main/processes/source/messages.ts';
import { loadCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder, readHalf } from '../../../../main/runs/checkpoint/pair.ts';
import type { ServerState, Snapshot } from '../../../../main/training/snapshot.ts';
import { epochRecord, experiment, pairRecord, stepRecord, uniformSnapshot } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';

interface Fake extends Member {
  readonly told: ToSource[];
}

/** Whether the epoch that sources have ended is the best there was. */
let isBest = false;

/** Sources at these stages, and their meeting, over a run's folder. */
async function meetingOf(...stages: readonly Stage[]) {
  const store = openTestStore(temporaryFolder());
  const run = store.create(experiment({ sources: { count: stages.length } }), 1);
  const folder = store.folder(run.id);
  const members = stages.map((stage, index): Fake => {
    const told: ToSource[] = [];
    const process = { pid: 1, send: (message: ToSource) => void told.push(message), kill: () => undefined };
    return { ...newMember(index), stage, told, process: { ...process, gone: new Promise<string>(() => undefined) } };
  });
  const execution = await takeUp(store, run);
  return {
    folder,
    members,
    ...createMeeting({ execution, folder, members, flush: () => undefined, haveBest: () => isBest }),
  };
}

const kept: ServerState = { kind: 'kept', name: 'one', sha256: 'ab'.repeat(32) };

function comes(member: Member, server: ServerState, final = false): void {
  const snapshot: Snapshot = { ...uniformSnapshot(member.index), server };
  Object.assign(member, { checkpoint: { kind: 'checkpoint', final, snapshot }, pair: final ? pairRecord(0) : null });
}

describe('sources at a checkpoint', () => {
  it('wait for those that still train, but not for those that do not', async () => {
    const { members, goOn } = await meetingOf('arrived', 'training', 'down', 'ended');
    await goOn();
    expect(members.every(({ told }) => told.length === 0)).toBe(true);
    members[1].stage = 'arrived';
    await goOn();
    expect(members.map(({ told }) => told)).toEqual([
      [{ kind: 'met', keeper: true, full: false }],
      [{ kind: 'met', keeper: false, full: false }],
      [],
      [],
    ]);
  });

  it('keep the best epoch of a phase beside the checkpoint, with the server half in full', async () => {
    const { folder, members, goOn } = await meetingOf('arrived');
    const best = epochRecord(3, { budget: 4, testAccuracy: 0.75, validationAccuracy: 0.5 });
    isBest = true;
    onTestFinished(() => void (isBest = false));
    members[0].epoch = best;
    await goOn();
    expect(members[0].told).toEqual([{ kind: 'met', keeper: true, full: true }]);
    const { weights } = uniformSnapshot(3).client;
    comes(members[0], { kind: 'state', state: { weights, momentum: {} } });
    await goOn();
    const { tensors, metadata } = await readHalf(pairFolder(folder, pairRecord(0, { budget: 4 }), 'best'), 'server');
    expect(tensors).toEqual(weights);
    expect(metadata).toMatchObject({ budget: '4', testAccuracy: '0.75', validationAccuracy: '0.5' });
    expect(existsSync(pairFolder(folder, pairRecord(0, { budget: 4 })))).toBe(false);
    expect(members[0]).toMatchObject({ stage: 'training', epoch: null, best: false });
  });

  it('leave the server half to one that is away when all who came have finished', async () => {
    const { folder, members, goOn } = await meetingOf('arrived', 'down');
    members[1].snapshot = { ...uniformSnapshot(7), server: { kind: 'shared' } };
    await goOn();
    const state: ServerState = { kind: 'state', state: { weights: {}, momentum: {} } };
    comes(members[0], state, true);
    await goOn();
    const cut = await loadCheckpoint(folder);
    expect([0, 1].map((source) => cut.get(source)?.server.kind)).toEqual(['shared', 'state']);
    expect(cut.get(1)?.position).toEqual(uniformSnapshot(7).position);
  });

  it('go on when it is on the disk, where one without a process stands as it stood', async () => {
    const { folder, members, goOn } = await meetingOf('arrived', 'arrived', 'down');
    members[2].snapshot = { ...uniformSnapshot(7), server: kept };
    await goOn();
    comes(members[0], kept);
    await goOn();
    expect(members[0].told).toHaveLength(1);
    comes(members[1], { kind: 'shared' });
    await goOn();
    expect(members.map(({ told }) => told.at(-1)?.kind)).toEqual(['saved', 'saved', undefined]);
    const cut = await loadCheckpoint(folder);
    expect([...cut].map(([source, { server, position }]) => [source, server.kind, position.step])).toEqual([
      [0, 'kept', 0],
      [1, 'shared', 1],
      [2, 'shared', 7],
    ]);
  });

  it('have their pair on the disk before a checkpoint that is past it', async () => {
    const { folder, members, goOn } = await meetingOf('arrived');
    members[0].final = true;
    await goOn();
    const server: ServerState = { kind: 'state', state: { weights: {}, momentum: {} } };
    comes(members[0], server, true);
    // Where a pair cannot be kept the run has to come back to it.
    writeFileSync(join(folder, 'pairs'), 'in the way');
    await expect(goOn()).rejects.toThrow(/pairs/);
    expect(await loadCheckpoint(folder)).toEqual(new Map());
    rmSync(join(folder, 'pairs'));
    await goOn();
    expect(readdirSync(join(folder, 'pairs'))).toEqual(['0-0-b4']);
    expect((await loadCheckpoint(folder)).size).toBe(1);
  });

  it('leave the server half to one that comes back, in full when any of them is finished', async () => {
    const { members, goOn } = await meetingOf('arrived', 'arrived');
    members[0].final = true;
    await goOn();
    expect(members.map(({ told }) => told[0])).toEqual([
      { kind: 'met', keeper: false, full: true },
      { kind: 'met', keeper: true, full: true },
    ]);
  });

  it('keep those that come meanwhile waiting', async () => {
    const { members, goOn } = await meetingOf('arrived', 'open', 'starting');
    await goOn();
    expect(members.map(({ told }) => told.map(({ kind }) => kind))).toEqual([['met'], [], []]);
    comes(members[0], kept);
    await goOn();
    expect(members[1].told).toEqual([]);
    members[2].stage = 'open';
    await goOn();
    expect(members.slice(1).map(({ told }) => told)).toEqual([[{ kind: 'enter' }], [{ kind: 'enter' }]]);
  });
});

describe('a checkpoint that is being written', () => {
  it('holds a source whose process dies meanwhile, and another of whose has begun', async () => {
    const { folder, members, goOn, written } = await meetingOf('arrived', 'arrived');
    await goOn();
    comes(members[0], { kind: 'state', state: { weights: {}, momentum: {} } }, true);
    comes(members[1], { kind: 'shared' });
    const writing = goOn();
    // As startMember does, with where it stood.
    Object.assign(members[1], { stage: 'starting', checkpoint: null, reached: uniformSnapshot(9) });
    await written();
    expect([...(await loadCheckpoint(folder)).keys()]).toEqual([0, 1]);
    await writing;
    expect(members[1].told.map(({ kind }) => kind)).toEqual(['met']);
    expect(members[1].reached).toEqual(uniformSnapshot(9));
    expect(members[0].told.map(({ kind }) => kind)).toEqual(['met', 'saved']);
  });

  it('is waited for by whoever wants to read or write another, whatever comes of it', async () => {
    const { members, goOn, written } = await meetingOf('arrived');
    await written();
    await goOn();
    // Without its pair record it cannot be saved.
    comes(members[0], kept, true);
    members[0].pair = null;
    const writing = goOn();
    await written();
    await expect(writing).rejects.toThrow(/without its pair record/);
  });

  it('lets its sources die anew', async () => {
    const { members, goOn } = await meetingOf('arrived');
    members[0].deaths = 5;
    await goOn();
    comes(members[0], kept);
    await goOn();
    expect(members[0]).toMatchObject({ deaths: 0, stage: 'training', checkpoint: null });
  });
});

describe('a source that comes back to others', () => {
  it('enters without those that are still awaited, and is awaited by none', async () => {
    const { members, goOn } = await meetingOf('training', 'open', 'starting');
    members[1].comesBack = true;
    members[2].comesBack = true;
    await goOn();
    expect(members.map(({ stage }) => stage)).toEqual(['training', 'training', 'starting']);
    const first = await meetingOf('open', 'open', 'starting');
    first.members[1].comesBack = true;
    await first.goOn();
    expect(first.members.map(({ stage }) => stage)).toEqual(['open', 'training', 'starting']);
  });
});

describe('a source that goes on without its last steps', () => {
  it('stands behind them, with what they cost', () => {
    const at = afterStep(uniformSnapshot(3), stepRecord(3, { samples: 10, crossEntropy: 0.5, correct: 4 }));
    expect(at.position).toEqual({ ...uniformSnapshot(3).position, batch: 4, step: 4 });
    expect(at.totals).toMatchObject({ bytesUp: 3 + 8192, wireDown: 3 + 16392, epochLoss: 8, epochSamples: 13 });
    expect(at.client).toEqual(uniformSnapshot(3).client);
  });
});
