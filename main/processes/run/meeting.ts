import { saveCheckpoint, type RunCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import type { KeptEpoch } from '../../records/best-epoch.ts';
import { savePair } from '../../runs/checkpoint/pair.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { EpochRecord, PairRecord } from '../../records/record.ts';
import { pairRecord } from '../../training/counters.ts';
import type { Checkpoint, ServerState, Snapshot } from '../../training/snapshot.ts';
import type { AwaySource, FromSource } from '../source/messages.ts';
import { afterTaken } from './reached.ts';
import { besides, membersAt, reachedBy, trainingOf, type Member } from './member.ts';

export interface MeetingOptions {
  readonly execution: Execution;
  /** Where the checkpoints of these sources are. */
  readonly folder: string;
  readonly members: readonly Member[];
  /** The only source works in this process (GroupOptions). */
  readonly here?: boolean;
  /** Writes down what was reported before: it could not be had again. */
  readonly flush: () => void;
  /** Told that a checkpoint is on the disk, before anybody goes on, and in which training that stands. */
  readonly onSaved?: (training: number) => void;
  /** Whether the epoch that these have ended is to be kept besides (Judge). */
  readonly haveBest: (arrived: readonly Member[]) => boolean;
}

/** Brings sources that train one server half together at their checkpoints. */
export interface Meeting {
  /** Takes the next step when all have come as far: to be called when something has changed. */
  goOn(): Promise<void>;
  /** The keeper has asked the server: so far the half has come with a source that is away, as it is kept. */
  taken(message: Extract<FromSource, { kind: 'taken' }>): void;
  /** Resolves when no checkpoint is being written, whatever came of it. */
  written(): Promise<void>;
}

/** Of those that do not hold the server half. */
const shared: ServerState = { kind: 'shared' };

/** What a source brings to a checkpoint. Another of its processes may have begun before that is written. */
interface Part {
  readonly member: Member;
  readonly checkpoint: Checkpoint;
  readonly pair: PairRecord | null;
  /** Where it is the best of its phase. */
  readonly best: EpochRecord | null;
  readonly keeper: boolean;
}

/**
 * A checkpoint holds all sources and the server half at one moment: each waits until nobody has anything under way to
 * the server, one of them sees to the server half, and they go on when it is all on the disk. A source that has no
 * process meanwhile stands in it where it stood.
 */
export function createMeeting(options: MeetingOptions): Meeting {
  const { members } = options;
  let writing: Promise<void> | null = null;
  /** Where each stood as the half was kept; one that is away may come to know of more meanwhile. */
  let reached: ReadonlyMap<number, Snapshot> = new Map();

  function begin(arrived: readonly Member[]): void {
    // One that is finished would not come back to restore the half.
    const keeper = arrived.find(({ final }) => !final) ?? arrived[0];
    const best = options.haveBest(arrived);
    const full = best || arrived.some(({ final }) => final);
    const away = awayFrom(keeper, members);
    reached = new Map(
      members.flatMap((member) => {
        const snapshot = reachedBy(member);
        return snapshot ? [[member.index, snapshot]] : [];
      }),
    );
    const asks = away.length > 0 && { away };
    for (const member of arrived) {
      Object.assign<Member, Partial<Member>>(member, { stage: 'saving', keeper: member === keeper, best });
      member.process?.send({ kind: 'met', keeper: member.keeper, full, ...(member.keeper && asks) });
    }
  }

  async function write(parts: readonly Part[]): Promise<void> {
    writing = saveAll(options, parts, reached);
    try {
      await writing;
      options.onSaved?.(Math.min(...parts.map(({ checkpoint }) => checkpoint.snapshot.position.training)));
    } finally {
      writing = null;
    }
    for (const { member, checkpoint } of parts) {
      // A source in this process never comes back to it alone; a large network would be held in memory once more.
      member.snapshot = options.here ? null : checkpoint.snapshot;
      if (member.checkpoint !== checkpoint) continue;
      Object.assign<Member, Partial<Member>>(member, { reached: member.snapshot, checkpoint: null, deaths: 0 });
      Object.assign<Member, Partial<Member>>(member, { epoch: null, judged: false, best: false });
      if (member.stage === 'saving') member.stage = 'training';
      member.process?.send({ kind: 'saved' });
    }
  }

  return {
    async goOn() {
      if (writing) return;
      const saving = membersAt(members, 'saving');
      const parts = saving.flatMap(partOf);
      if (parts.length > 0 && parts.length === saving.length) await write(parts);
      if (membersAt(members, 'saving').length > 0) return;
      const arrived = membersAt(members, 'arrived');
      if (arrived.length > 0 && membersAt(members, 'training').length === 0) begin(arrived);
      else enter(readyToEnter(members));
    },
    taken(message) {
      const before = reached.get(message.source);
      if (before) reached = new Map([...reached, [message.source, afterTaken(before, message)]]);
    },
    written: () => writing?.catch(() => undefined) ?? Promise.resolve(),
  };
}

/**
 * All when the last of those has come who begin together; who comes back to others need not wait. All train one network
 * at a time: who is through with one before the others waits with the next, as a checkpoint holds one server half.
 */
function readyToEnter(members: readonly Member[]): Member[] {
  const awaited = membersAt(members, 'starting').some(({ comesBack }) => !comesBack);
  const going = members.filter(({ stage }) => stage !== 'ended' && stage !== 'dropped');
  const now = Math.min(...going.map(trainingOf));
  return membersAt(members, 'open').filter((member) => (member.comesBack || !awaited) && trainingOf(member) === now);
}

/** Those whose steps the server half may have taken and that are not there to tell of them. */
function awayFrom(keeper: Member, members: readonly Member[]): AwaySource[] {
  return besides(keeper, members).flatMap((member) => {
    const reached = reachedBy(member);
    const isHere = member.stage === 'arrived' || member.stage === 'ended';
    return reached && !isHere ? [{ source: member.index, from: reached.position.step }] : [];
  });
}

function partOf(member: Member): Part[] {
  const { checkpoint, pair, epoch, keeper } = member;
  return checkpoint ? [{ member, checkpoint, pair, best: member.best ? epoch : null, keeper }] : [];
}

function enter(open: readonly Member[]): void {
  for (const member of open) {
    member.stage = 'training';
    member.process?.send({ kind: 'enter' });
  }
}

async function saveAll(
  { execution, folder, members, here = false, flush }: MeetingOptions,
  parts: readonly Part[],
  reached: ReadonlyMap<number, Snapshot>,
): Promise<void> {
  const { run, log } = execution;
  flush();
  const keeper = parts.find((part) => part.keeper);
  const half = keeper?.checkpoint.snapshot.server ?? shared;
  const keep = async ({ client, position }: Snapshot, pair: PairRecord | null, kept: KeptEpoch): Promise<void> => {
    if (!pair || half.kind !== 'state') {
      throw new Error('A final checkpoint came without its pair record or its server half.');
    }
    const weights = { client: client.weights, server: half.state.weights };
    await savePair(execution.folder, run, pair, weights, { kept, epochs: position.epoch });
  };
  for (const { checkpoint, pair, best } of parts) {
    if (checkpoint.final) await keep(checkpoint.snapshot, pair, 'last');
    if (best) await keep(checkpoint.snapshot, pairRecord(best, NaN), 'best');
  }
  const holder = heirOf(parts, members) ?? keeper?.member;
  const all = members.flatMap((member) => {
    const part = parts.find((each) => each.member === member);
    const snapshot = part ? part.checkpoint.snapshot : reached.get(member.index);
    if (!snapshot) return [];
    return [{ index: member.index, snapshot: { ...snapshot, server: member === holder ? half : shared } }];
  });
  const checkpoint: RunCheckpoint = new Map(
    all.map(({ index, snapshot }) => [members.length === 1 ? 0 : index, snapshot]),
  );
  const positions = new Map(all.map(({ index, snapshot }) => [index, snapshot.position]));
  await saveCheckpoint(folder, checkpoint, await execution.records.bind(positions));
  const sources = here ? undefined : parts.map(({ member }) => member.index);
  log('checkpoint', { sources, ...parts[0].checkpoint.snapshot.position });
}

/** Who puts the server half back if the keeper has finished and will not: a source that has no process meanwhile. */
function heirOf(parts: readonly Part[], members: readonly Member[]): Member | undefined {
  const keeper = parts.find((part) => part.keeper);
  if (!keeper?.checkpoint.final) return undefined;
  const away = besides(keeper.member, members).filter((member) => !parts.some((part) => part.member === member));
  return away.find((member) => member.stage !== 'ended' && reachedBy(member));
}
