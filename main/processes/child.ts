import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { entry } from '../entry.ts';
import { SluiceError } from '../errors.ts';

/** A process that this one started, and the messages between the two. */
export interface Child<To> {
  readonly pid: number;
  /** Does nothing once the process is gone. */
  send(message: To): void;
  /** Ends it at once. */
  kill(): void;
  /** How it ended, in words, when its last message has arrived. */
  readonly gone: Promise<string>;
}

interface ChildOptions {
  /** Set in its environment, beside what is set in this one's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Hears what it and the native libraries in it write to its standard error, which otherwise goes to this one's. */
  readonly onLog?: (text: string) => void;
}

/**
 * Starts a process of Sluice whose module sits beside the caller, and which sends what `onMessage` takes. Typed arrays and
 * dates arrive as they are. The module ends itself when this process is gone.
 */
export function startChild<To>(
  base: string,
  path: string,
  onMessage: (message: never) => void,
  { env, onLog }: ChildOptions = {},
): Child<To> {
  const { url, execArgv } = entry(base, path);
  const child = fork(fileURLToPath(url), {
    execArgv,
    serialization: 'advanced',
    env: { ...process.env, ...env },
    ...(onLog && { stdio: ['inherit', 'inherit', 'pipe', 'ipc'] }),
  });
  child.on('message', (message) => onMessage(message as never));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => onLog?.(text));
  const disconnected = new Promise((resolve) => child.once('disconnect', resolve));
  const exited = new Promise<string>((resolve) =>
    // Where it is heard, what it wrote last is heard before it is gone.
    child.once(onLog ? 'close' : 'exit', (code: number | null, signal: string | null) =>
      resolve(signal ?? `exit code ${code}`),
    ),
  );
  const unstarted = new Promise<string>((resolve) =>
    child.on('error', (error) => {
      // One that cannot be sent any more is followed by the end; a process that the system refuses has none.
      if (child.pid === undefined) resolve(error.message);
    }),
  );
  return {
    pid: child.pid ?? 0,
    send(message) {
      if (child.connected) child.send(message as object, () => undefined);
    },
    kill() {
      // Without a process of its own the signal would go to this one, and to all of its group.
      if (child.pid !== undefined) child.kill('SIGKILL');
    },
    gone: Promise.race([disconnected.then(() => exited), unstarted]),
  };
}

/** How long a process may take until it says that it has started. */
const startSeconds = 180;

/**
 * What a process says when it has started. Throws `start-timeout` where it says nothing for so long, and has ended the
 * process then: one that hangs would be waited for as long as the run is.
 */
export async function startedInTime<T>(
  { pid, kill }: Pick<Child<never>, 'pid' | 'kill'>,
  started: Promise<T>,
  name: string,
  seconds = startSeconds,
): Promise<T> {
  let overdue: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    overdue = setTimeout(() => {
      kill();
      const advice = 'This machine may have too much to do, or no room left; "sluice doctor" looks at its engines.';
      reject(new SluiceError('start-timeout', `${name} (process ${pid}) did not start within ${seconds} s. ${advice}`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([started, late]);
  } finally {
    clearTimeout(overdue);
  }
}
