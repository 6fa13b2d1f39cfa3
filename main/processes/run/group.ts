import { setTimeout as sleep } from 'node:timers/promises';
import { loadCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import { notice, type Execution } from '../../runs/life/execution.ts';
import { isFarEnough } from '../../runs/life/halt.ts';
import type { Snapshot } from '../../training/snapshot.ts';
import { errorOf } from '../../failure.ts';
import type { EngineFacts, FromSource, SourceTask } from '../source/messages.ts';
import { isDeviceLost, isForgotten, isLoss } from './losses.ts';
import { createJudge } from './judge.ts';
import { createMeeting } from './meeting.ts';
import {
  besides,
  droppedWords,
  endMember,
  isAstray,
  membersAt,
  newMember,
  noteDropped,
  notPutBack,
  reachedBy,
  startMember,
  type Member,
  type StartSource,
} from './member.ts';
import type { SourceRecords } from './records.ts';
import { afterStep, recordTaken } from './reached.ts';
import { requireSameData } from './settle.ts';

export interface GroupOptions {
  readonly execution: Execution;
  readonly records: SourceRecords;
  readonly sources: readonly number[];
  /** Where its checkpoints are. */
  readonly folder: string;
  readonly task: (index: number, resume: Snapshot | null) => SourceTask;
  readonly startProcess: (index: number) => StartSource;
  readonly onEngine: (source: number, engine: EngineFacts) => void;
  /** What the server computes with; null where it is the source itself. */
  readonly onServerEngine: (source: number, engine: string | null) => void;
  /**
   * After so long without a word, 45 unless given, a process is taken for stuck. While it computes it says none, so that the next process
   * of its source has twice the time.
   */
  readonly stallSeconds?: number;
  /**
   * The only source works in this very process: it cannot be killed, is waited for however long it computes, and the log
   * does not tell it from the run.
   */
  readonly here?: boolean;
  /** Before a source is started again, doubled each time. */
  readonly pauseMs?: number;
}

/** The data sources that train one server half: all of a run, or a single one. */
export interface Group {
  /** Resolves when all of its sources are over; rejects with what they cannot get past. */
  readonly done: Promise<void>;
  readonly members: readonly Member[];
  /** Why it waits to be told to proceed although nobody has paused it; null while it does not. */
  held(): string | null;
  pause(): void;
  proceed(): void;
  /** Ends all sources after a last checkpoint. */
  stop(): void;
  /** Ends them at once; resolves when they are gone and nothing of theirs is being written. */
  kill(): Promise<void>;
}

/** A source that dies more often than this without coming to a checkpoint is not started again. */
const mostDeaths = 6;
const longestPauseMs = 5000;
/** For the last checkpoint of sources. */
const stopMs = 30_000;

/**
 * Starts the sources of a group from their last checkpoint and sees them through. When a server half is lost, or the
 * only source it has dies, they go back to that. Where others go on, a source that died joins them again: with the
 * weights of its last checkpoint, past the batches that the server half has seen already.
 */
export function superviseGroup(options: GroupOptions): Group {
  const { execution, records, folder, task, stallSeconds = 45, here = false, pauseMs = 400 } = options;
  const { log } = execution;
  const members = options.sources.map(newMember);
  const flush = (): void => records.flush();
  const judge = createJudge({ execution, members, flush });
  const onSaved = (training: number): void => {
    if (isFarEnough(execution.store, execution.run.id, training)) execution.stop();
  };
  const meeting = createMeeting({ execution, folder, members, here, flush, onSaved, haveBest: judge.haveBest });
  /** Processes that were ended and may not be gone yet. */
  const ending: Promise<void>[] = [];
  let paused = false;
  let held: string | null = null;
  let stopping = false;
  let closed = false;
  /** All are about to go back: a checkpoint now would lack one of them, or the half. */
  let goesBack = false;
  /** Counts how often all were started together. */
  let round = 0;
  let settle: { resolve: () => void; reject: (error: unknown) => void };
  const done = new Promise<void>((resolve, reject) => (settle = { resolve, reject })).finally(() => {
    closed = true;
    clearInterval(watch);
  });
  const watch = here ? undefined : setInterval(() => void attempt(endStuck), 1000);

  /** What goes wrong, at once or later, ends the group: the disk may be full, for one. */
  async function attempt(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      settle.reject(error);
    }
  }

  function endStuck(): void {
    for (const member of members) {
      const seconds = stallSeconds * 2 ** member.stuck;
      if (!member.process || performance.now() - member.heard < seconds * 1000) continue;
      log('source-stuck', { source: member.index, seconds });
      member.stuck++;
      member.process.kill();
    }
  }

  function goOn(): void {
    if (membersAt(members, 'ended', 'dropped').length === members.length) settle.resolve();
    if (goesBack) return;
    void attempt(judge.goOn);
    void attempt(() => meeting.goOn());
  }

  function start(member: Member, resume: Snapshot | null, joins = false): void {
    records.rewind(member.index, resume?.position ?? null);
    startMember(member, { ...task(member.index, resume), joins }, options.startProcess(member.index), {
      onMessage: (message) => void attempt(() => hear(member, message)),
      onGone: (how) => void attempt(() => recover(member, how)),
    });
    if (!here) log('source-started', { source: member.index, pid: member.process?.pid, ...resume?.position });
    if (paused) member.process?.send({ kind: 'pause' });
  }

  /** Starts all from the last checkpoint: first the one that puts the server half back, then those who join it. */
  async function startAll(): Promise<void> {
    const mine = ++round;
    goesBack = false;
    judge.reset();
    // What they had come to meanwhile is none of the half that is put back.
    for (const member of members)
      Object.assign<Member, Partial<Member>>(member, { stage: 'starting', comesBack: false });
    noteDropped(execution, members);
    await Promise.all([...members.map(endMember), meeting.written()]);
    const checkpoint = await loadCheckpoint(folder, {
      owner: execution.records.owner,
      onDamaged: (message) => notice(execution, 'checkpoint-left', message),
    });
    for (const member of members) {
      member.snapshot = member.reached = checkpoint.get(members.length === 1 ? 0 : member.index) ?? null;
    }
    if (closed || stopping) return;
    const first = members.find(({ snapshot }) => snapshot && snapshot.server.kind !== 'shared');
    if (first) start(first, first.snapshot);
    while (first?.stage === 'starting' && mine === round && !closed) await sleep(20);
    // One that did not get that far is started again, and all with it.
    if (mine !== round || closed || stopping || first?.stage === 'down') return;
    if (first?.stage === 'dropped') throw notPutBack(first);
    for (const member of members) if (member !== first) start(member, member.snapshot);
  }

  /** Pauses the run: from its last checkpoint it can go on when its user has seen to what it lacks. */
  async function hold({ index }: Member, message: string): Promise<void> {
    held = message;
    round++;
    log('device-lost', { source: index, message });
    execution.store.want(execution.run.id, 'pause');
    await Promise.all(members.map(endMember));
    for (const member of members) member.stage = 'down';
    if (stopping) stop();
  }

  async function recover(member: Member, how: string): Promise<void> {
    const { failure } = member;
    if (closed) return;
    if (member.stage === 'ended' || (stopping && (!failure || isLoss(failure)))) {
      if (failure) log('source-died', { source: member.index, how: failure.message });
      member.stage = 'ended';
      goOn();
      return;
    }
    if (failure && isDeviceLost(failure)) return hold(member, failure.message);
    if (failure && !isForgotten(failure)) throw failure;
    // Without what the keeper brings the checkpoint would hold no half.
    const leftHalf = member.stage === 'saving' && member.keeper;
    member.stage = 'down';
    member.deaths++;
    log('source-died', { source: member.index, how: failure?.message ?? how });
    if (member.deaths > mostDeaths) {
      log('source-dropped', { source: member.index, deaths: member.deaths });
      member.stage = 'dropped';
      execution.emit({ kind: 'notice', message: droppedWords(member) });
      noteDropped(execution, members);
      goOn();
      return;
    }
    const mine = round;
    const others = membersAt(besides(member, members), 'open', 'training', 'arrived', 'saving');
    const back = failure !== null || leftHalf || others.length === 0 || !member.snapshot;
    goesBack ||= back;
    goOn();
    await sleep(Math.min(longestPauseMs, pauseMs * 2 ** member.deaths));
    if (closed || stopping || mine !== round) return;
    if (back) await startAll();
    else rejoin(member);
  }

  /** Lets a source go on where it stands; what the server half has learned from it beyond that it asks the server. */
  function rejoin(member: Member): void {
    const reached = reachedBy(member);
    start(member, reached && { ...reached, server: { kind: 'shared' } }, true);
    member.comesBack = true;
  }

  function hear(member: Member, message: FromSource): void | Promise<void> {
    switch (message.kind) {
      case 'ready':
        requireSameData(execution.run, message.fingerprint);
        records.measured(member.index, message.stepsPerEpoch);
        options.onEngine(member.index, message.engine);
        if (here && member.snapshot) log('resumed', { ...member.snapshot.position });
        return;
      case 'open':
        Object.assign<Member, Partial<Member>>(member, { stage: 'open', half: message.half });
        options.onServerEngine(member.index, message.engine);
        if (isAstray(member, members)) return startAll();
        goOn();
        return;
      case 'record':
        records.add({ ...message.record, source: member.index });
        if (message.record.kind === 'pair') member.pair = message.record;
        if (message.record.kind === 'epoch') {
          member.epoch = { ...message.record, source: member.index };
          judge.goOn();
        }
        if (message.record.kind !== 'step') return;
        member.reached &&= afterStep(member.reached, message.record);
        return;
      case 'taken':
        if (member.keeper) meeting.taken(message);
        recordTaken(message, members, { add: records.add, log });
        return;
      case 'arrived':
        Object.assign<Member, Partial<Member>>(member, { stage: 'arrived', final: message.final });
        goOn();
        return;
      case 'checkpoint':
        member.checkpoint = message.checkpoint;
        goOn();
        return;
      case 'link':
        log(`link-${message.event}`, { source: member.index, message: message.message });
        member.lostSince = message.event === 'reconnected' ? null : (member.lostSince ?? performance.now());
        return;
      case 'ended':
        member.stage = 'ended';
        return;
      case 'failed':
        member.failure = message.error instanceof Error ? message.error : errorOf(message.failure);
        return;
      case 'alive':
        return;
    }
  }

  /** To all processes there are; those that have not begun to train have nothing to save. */
  function stop(): void {
    stopping = true;
    for (const member of members) {
      if (!goesBack && membersAt([member], 'training', 'arrived', 'saving').length > 0)
        member.process?.send({ kind: 'stop' });
      else ending.push(endMember(member));
      if (!member.process) member.stage = 'ended';
    }
    if (!here) setTimeout(() => members.forEach(({ process }) => process?.kill()), stopMs).unref();
    goOn();
  }

  void attempt(startAll);
  return {
    done,
    members,
    held: () => held,
    pause() {
      paused = true;
      for (const { process } of members) process?.send({ kind: 'pause' });
    },
    proceed() {
      paused = false;
      if (held !== null) void attempt(startAll);
      held = null;
      for (const { process } of members) process?.send({ kind: 'proceed' });
    },
    stop,
    async kill() {
      closed = true;
      clearInterval(watch);
      await Promise.all([...ending, ...members.map(endMember), meeting.written()]);
    },
  };
}
