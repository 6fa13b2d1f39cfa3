import { join } from 'node:path';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Notice } from '../../api.ts';
import { fullDisk, hasRoom, isDiskFull } from '../../disk.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import { besideWords, trainingBeside } from '../../runs/life/beside.ts';
import { lockRun, type RunLock } from '../../runs/life/lock.ts';
import type { QueuedRun } from '../../runs/store/queue-table.ts';
import type { Run } from '../../runs/store/run.ts';
import { isUnderWay, markInterrupted, type Store } from '../../runs/store/store.ts';
import type { Launcher } from '../../processes/run/launcher.ts';
import { placeOf, serverMissing } from '../../processes/run/place.ts';
import type { LabLog } from '../log.ts';

/** Executes the runs of the lab's queue, each in a process of its own that goes on without the lab. */
export interface RunQueue {
  /** Starts what there is room for, and looks after what has ended. */
  tend(): void;
  /** Throws `lab-other` when another lab executes the queue, which would not learn of a server given here. */
  requireOurs(): void;
  /**
   * How to reach the offload server elsewhere of a run that is to be executed; null: it has one of its own. Kept in
   * memory alone. Throws `lab-other` as above.
   */
  useServer(id: string, server: ServerAddress | null): void;
  /** Whether it is this lab that executes the queue, and not another of the same home. */
  isOurs(): boolean;
  /** What keeps it from looking after its runs; null while nothing does. */
  readonly alert: string | null;
  /** Runs of the queue that are being executed. */
  active(): string[];
  close(): void;
}

interface QueueOptions {
  readonly home: string;
  readonly store: Store;
  readonly log: LabLog;
  readonly parallelRuns: () => number;
  readonly notify: (notice: Notice) => void;
  readonly onAlert: (alert: string | null) => void;
  /** Runs whose process has died while there is no way to write that down. */
  readonly dead: Set<string>;
  /** What executes the runs. */
  readonly launcher: Launcher;
  readonly hasRoom?: typeof hasRoom;
}

/** A run is begun, and once more when its process dies. */
const mostAttempts = 2;

/**
 * Opens the queue. Of several labs with the same home folder only one executes; another takes over when it is gone.
 */
export function openQueue(options: QueueOptions): RunQueue {
  const { home, store, log, parallelRuns, notify, onAlert, dead, launcher, hasRoom: isRoom = hasRoom } = options;
  const servers = new Map<string, ServerAddress>();
  const told = new Set<string>();
  let lock: RunLock | null = null;
  let closed = false;
  let alert: string | null = null;

  function start({ id }: Run): void {
    const server = servers.get(id) ?? null;
    const place = placeOf(store.folder(id));
    if (place && !server) {
      putBack(id, serverMissing(id, place).message);
      return;
    }
    store.countAttempt(id);
    const onExit = (how: string): void => {
      log(`the process of run ${id} ended: ${how}`);
      tend();
    };
    log(`run ${id} is executed by ${launcher.start({ id, server, onExit })}`);
    tellOfTerminals(id);
  }

  /** How many train at a time is for the lab to keep; what terminals train besides is said once of each. */
  function tellOfTerminals(id: string): void {
    const own = new Set(store.queue().map((queued) => queued.id));
    const others = trainingBeside(store, id).filter((other) => !own.has(other));
    if (others.every((other) => told.has(other))) return;
    for (const other of others) told.add(other);
    notify({ level: 'info', text: besideWords(id, others), run: id });
  }

  /** A run whose process died: it is resumed once, unless it was about to stop anyway. */
  function recover({ id, attempts }: QueuedRun): void {
    if (store.wanted(id) === 'stop') {
      leave(id);
      return;
    }
    if (attempts < mostAttempts) {
      if (store.wanted(id) === 'turn') store.want(id, 'run');
      store.setStatus(id, 'queued');
      notify({
        level: 'warning',
        text: `The process of run ${id} died. It goes on from its last checkpoint.`,
        run: id,
      });
      return;
    }
    leave(id);
    const text = `The process of run ${id} died again, so it stays interrupted. Its folder has process.log; resume it when the cause is gone.`;
    notify({ level: 'error', text, run: id });
  }

  /** A process that never came to execute its run would be started for ever. */
  function giveUp({ id }: Run): void {
    putBack(
      id,
      `Run ${id} could not be started. What its process said is in ${join(store.folder(id), 'process.log')}.`,
    );
  }

  /** Takes a run off the queue that cannot be started, until somebody resumes it. */
  function putBack(id: string, text: string): void {
    leave(id);
    store.setStatus(id, 'stopped', text);
    notify({ level: 'error', text, run: id });
  }

  function leave(id: string): void {
    store.dequeue(id);
    servers.delete(id);
  }

  /** Whether it is this lab that executes the queue. */
  function executes(): boolean {
    lock ??= lockRun(join(home, 'lab'), 0);
    return lock !== null;
  }

  /** Returns what keeps it from acting. */
  function look(): string | null {
    markInterrupted(store, (id) => dead.add(id));
    dead.clear();
    const queue = store.queue();
    if (!executes() || queue.length === 0) return null;
    // What is started on a full disk dies at once, and would be given up.
    if (!isRoom(home)) return fullDisk(home);
    const waiting: (() => void)[] = [];
    let room = parallelRuns();
    for (const queued of queue) {
      if (store.get(queued.id).status === 'interrupted') recover(queued);
      const run = store.get(queued.id);
      if (hasEnded(run)) leave(run.id);
      else if (trains(run)) room--;
      else if (run.status === 'queued' && queued.attempts >= mostAttempts) giveUp(run);
      else if (run.status === 'queued' && store.wanted(run.id) === 'pause') continue;
      else if (run.status === 'queued') waiting.push(() => start(run));
      else if (store.wanted(run.id) === 'turn') waiting.push(() => store.want(run.id, 'run'));
    }
    for (const begin of waiting.slice(0, Math.max(0, room))) begin();
    return null;
  }

  /** One that is paused leaves its place to others, until it has been told to go on. */
  function trains({ id, status }: Run): boolean {
    return (
      status === 'running' ||
      (status === 'queued' && launcher.alive(id)) ||
      (status === 'paused' && store.wanted(id) === 'run')
    );
  }

  function requireOurs(): void {
    if (executes()) return;
    const message =
      'Another lab of this folder executes the runs, and would not learn of the server. Launch or resume there, or close it first.';
    throw new SluiceError('lab-other', message);
  }

  function tend(): void {
    if (closed) return;
    try {
      be(look());
    } catch (error) {
      log('looking after the queue', error);
      be(isDiskFull(error) ? fullDisk(home) : `The queue of runs cannot be looked after: ${messageOf(error)}`);
    }
  }

  function be(now: string | null): void {
    if (now === alert) return;
    alert = now;
    onAlert(alert);
  }

  return {
    tend,
    requireOurs,
    isOurs: executes,
    useServer: (id, server) => {
      if (server) {
        requireOurs();
        servers.set(id, server);
      } else servers.delete(id);
    },
    get alert() {
      return alert;
    },
    active: () =>
      store
        .queue()
        .map(({ id }) => id)
        .filter((id) => isUnderWay(store.get(id).status) || launcher.alive(id)),
    close: () => {
      closed = true;
      lock?.release();
    },
  };
}

function hasEnded({ status }: Run): boolean {
  return status === 'finished' || status === 'stopped' || status === 'failed';
}
