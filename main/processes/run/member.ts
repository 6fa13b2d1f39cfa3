import { SluiceError } from '../../errors.ts';
import type { EpochRecord, PairRecord } from '../../records/record.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { Checkpoint, Snapshot } from '../../training/snapshot.ts';
import type { Child } from '../child.ts';
import type { FromSource, SourceTask, ToSource } from '../source/messages.ts';

/**
 * Where a data source is: without a process for the moment; starting; ready to train with its server half; training;
 * at a checkpoint, waiting for the others; making that checkpoint; over; given up.
 */
export type Stage = 'down' | 'starting' | 'open' | 'training' | 'arrived' | 'saving' | 'ended' | 'dropped';

/** A data source, over all processes that it takes. */
export interface Member {
  readonly index: number;
  stage: Stage;
  process: Child<ToSource> | null;
  /** Its last checkpoint, and the same with the steps that came since. */
  snapshot: Snapshot | null;
  reached: Snapshot | null;
  /** The name of the server half that its session trains, where that has one. */
  half: string | undefined;
  /** Deaths since its last checkpoint. */
  deaths: number;
  /** How often it was taken for stuck. */
  stuck: number;
  /** It joins others that go on: nobody waits for it. */
  comesBack: boolean;
  /** What its process failed with. */
  failure: Error | null;
  /** Of the checkpoint it is at: whether it ends a phase, whether it sees to the server half, and what it gave. */
  final: boolean;
  keeper: boolean;
  pair: PairRecord | null;
  checkpoint: Checkpoint | null;
  /** The epoch it has ended since its last checkpoint, whether it was told what that ends, and whether it is the best of its phase. */
  epoch: EpochRecord | null;
  judged: boolean;
  best: boolean;
  /** When its process last said anything, and since when it has not reached the server; by performance.now(). */
  heard: number;
  lostSince: number | null;
}

export function newMember(index: number): Member {
  return {
    index,
    stage: 'down',
    process: null,
    snapshot: null,
    reached: null,
    half: undefined,
    deaths: 0,
    stuck: 0,
    comesBack: false,
    failure: null,
    final: false,
    keeper: false,
    pair: null,
    checkpoint: null,
    epoch: null,
    judged: false,
    best: false,
    heard: 0,
    lostSince: null,
  };
}

/** The members at one of these stages. */
export function membersAt(members: readonly Member[], ...stages: readonly Stage[]): Member[] {
  return members.filter(({ stage }) => stages.includes(stage));
}

/** Where a source stands by what it has told; null before its first checkpoint. */
export function reachedBy({ reached, snapshot }: Member): Snapshot | null {
  return reached ?? snapshot;
}

/** Those of the others that train the same network of a run that trains several, one after the other. */
export function besides(member: Member, members: readonly Member[]): Member[] {
  return members.filter((other) => other !== member && trainingOf(other) === trainingOf(member));
}

export function trainingOf(member: Member): number {
  return reachedBy(member)?.position.training ?? 0;
}

/**
 * Whether a source has come to another server half than the others. Theirs may be gone without their knowing it yet: with
 * the last of those who have finished, or with the server.
 */
export function isAstray(member: Member, members: readonly Member[]): boolean {
  const others = besides(member, members);
  if (member.comesBack && membersAt(others, 'training', 'arrived', 'saving').length === 0) return true;
  return membersAt(others, 'open', 'training', 'arrived', 'saving').some(({ half }) => half !== member.half);
}

/** Without it the others would train a half that does not fit theirs. */
export function notPutBack({ index, failure }: Member): SluiceError {
  const why = failure?.message ?? 'it died too often';
  return new SluiceError(
    'source-died',
    `Source ${index + 1} could not put the server half back into its last checkpoint (${why}). Once that is mended: sluice resume`,
  );
}

/** What is told of a source that is given up. */
export function droppedWords({ index, deaths, failure }: Member): string {
  const why = failure ? ` (${failure.message})` : '';
  return `Source ${index + 1} died ${deaths} times without coming to a checkpoint${why}: the run goes on without it.`;
}

/** Writes down which sources of a group are given up; other groups have noted theirs. */
export function noteDropped({ store, run }: Pick<Execution, 'store' | 'run'>, members: readonly Member[]): void {
  const { dropped: before } = store.get(run.id);
  const others = before.filter((source) => members.every(({ index }) => index !== source));
  const dropped = [...others, ...membersAt(members, 'dropped').map(({ index }) => index)];
  if (dropped.length !== before.length) store.setDropped(run.id, dropped);
}

/** Starts a source's process, here or elsewhere. */
export type StartSource = (onMessage: (message: FromSource) => void) => Child<ToSource>;

export interface MemberListeners {
  readonly onMessage: (message: FromSource) => void;
  readonly onGone: (how: string) => void;
}

/** Starts a process for a source. Nothing is heard any more of a process it had before. */
export function startMember(
  member: Member,
  task: SourceTask,
  startProcess: StartSource,
  { onMessage, onGone }: MemberListeners,
): void {
  const started = startProcess((message) => {
    if (member.process !== started) return;
    member.heard = performance.now();
    onMessage(message);
  });
  Object.assign<Member, Partial<Member>>(member, {
    stage: 'starting',
    process: started,
    reached: task.resume,
    half: undefined,
    comesBack: false,
    failure: null,
    final: false,
    keeper: false,
    pair: null,
    checkpoint: null,
    epoch: null,
    judged: false,
    best: false,
    heard: performance.now(),
    lostSince: null,
  });
  started.send({ kind: 'task', task });
  void started.gone.then((how) => {
    if (member.process !== started) return;
    member.process = null;
    onGone(how);
  });
}

/** Ends a source's process at once, without a word to anyone, and waits until it is gone. */
export async function endMember(member: Member): Promise<void> {
  const { process } = member;
  member.process = null;
  process?.kill();
  await process?.gone;
}
