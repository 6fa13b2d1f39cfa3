import { saveCheckpoint, type RunCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import { savePair } from '../../runs/checkpoint/pair.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { HalfState, Snapshot } from '../../training/snapshot.ts';
import { membersAt, type Member } from './member.ts';

export interface MeetingOptions {
  readonly session: Execution;
  /** Where the checkpoints of these sources are. */
  readonly folder: string;
  readonly members: readonly Member[];
  /** The only source works in this process (GroupOptions). */
  readonly here?: boolean;
  /** Writes down what was reported before: it could not be had again. */
  readonly flush: () => void;
}

/** Brings sources that train one server half together at their checkpoints. */
export interface Meeting {
  /** Takes the next step when all have come as far: to be called when something has changed. */
  goOn(): Promise<void>;
}

/**
 * A checkpoint holds all sources and the server half at one moment: each waits until nobody has anything under way to
 * the server, one of them sees to the server half, and they go on when it is all on the disk. A source that has no
 * process meanwhile stands in it where it stood.
 */
export function createMeeting(options: MeetingOptions): Meeting {
  const { members } = options;
  let writing = false;

  function begin(arrived: readonly Member[]): void {
    // One that is finished would not come back to restore the half.
    const keeper = arrived.find(({ final }) => !final) ?? arrived[0];
    const full = arrived.some(({ final }) => final);
    for (const member of arrived) {
      Object.assign<Member, Partial<Member>>(member, { stage: 'saving', keeper: member === keeper });
      member.process?.send({ kind: 'met', keeper: member.keeper, full });
    }
  }

  async function write(saving: readonly Member[]): Promise<void> {
    writing = true;
    try {
      await saveAll(options, saving);
    } finally {
      writing = false;
    }
    for (const member of saving) {
      if (member.stage === 'saving') member.stage = 'training';
      member.process?.send({ kind: 'saved' });
    }
  }

  return {
    async goOn() {
      if (writing) return;
      const saving = membersAt(members, 'saving');
      if (saving.length > 0 && saving.every(({ checkpoint }) => checkpoint)) await write(saving);
      if (membersAt(members, 'saving').length > 0) return;
      const arrived = membersAt(members, 'arrived');
      if (arrived.length > 0 && membersAt(members, 'training').length === 0) begin(arrived);
      else if (membersAt(members, 'starting').length === 0) enter(membersAt(members, 'open'));
    },
  };
}

function enter(open: readonly Member[]): void {
  for (const member of open) {
    member.stage = 'training';
    member.process?.send({ kind: 'enter' });
  }
}

async function saveAll(
  { session, folder, members, here = false, flush }: MeetingOptions,
  saving: readonly Member[],
): Promise<void> {
  const { run, log } = session;
  flush();
  const half = serverHalf(saving);
  for (const { checkpoint, pair } of saving) {
    if (!checkpoint?.final) continue;
    if (!pair || !half) throw new Error('A final checkpoint came without its pair record or its server half.');
    await savePair(session.folder, run, pair, { client: checkpoint.snapshot.client.weights, server: half.weights });
  }
  const standing = members.flatMap((member) => {
    const snapshot = saving.includes(member) ? member.checkpoint?.snapshot : absent(member);
    return snapshot ? [{ index: member.index, snapshot }] : [];
  });
  const cut: RunCheckpoint = new Map(
    standing.map(({ index, snapshot }) => [members.length === 1 ? 0 : index, snapshot]),
  );
  const positions = new Map(standing.map(({ index, snapshot }) => [index, snapshot.position]));
  await saveCheckpoint(folder, cut, await session.records.bind(positions));
  const sources = here ? undefined : saving.map(({ index }) => index);
  log('checkpoint', { sources, ...saving[0].checkpoint?.snapshot.position });
  for (const member of saving) {
    // A source in this process never comes back to it alone; a large network would be held in memory once more.
    const snapshot = here ? null : (member.checkpoint?.snapshot ?? null);
    Object.assign<Member, Partial<Member>>(member, { snapshot, reached: snapshot, checkpoint: null, deaths: 0 });
  }
}

function absent({ reached: standing, snapshot }: Member): Snapshot | null {
  const last = standing ?? snapshot;
  return last && { ...last, server: { kind: 'shared' } };
}

function serverHalf(saving: readonly Member[]): HalfState | null {
  const server = saving.find(({ keeper }) => keeper)?.checkpoint?.snapshot.server;
  return server?.kind === 'state' ? server.state : null;
}
