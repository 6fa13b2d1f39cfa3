import { createBirpc } from 'birpc';
import { SluiceError } from '../../errors.ts';
import type { LabEvents, LabInfo } from '../../api.ts';
import { ownMethods } from '../../wire.ts';
import type { Lab } from '../lab.ts';

/** One connection to a window, whatever carries it. */
export interface WindowChannel {
  readonly kind: LabInfo['host'];
  /** By which the lab knows the browser, if it is in one. */
  readonly browser?: string;
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when no message will come any more. */
  onClose(listener: () => void): void;
  /** Whether much of what was posted is still on its way. */
  busy(): boolean;
  /** What it sent was no request. */
  close(): void;
}

/** All of them: what is no event waits for an answer, and a window that closes meanwhile would end the lab. */
const events: { readonly [Event in keyof LabEvents]: true } = {
  runs: true,
  steps: true,
  epochs: true,
  log: true,
  server: true,
  playground: true,
  playgroundAnswer: true,
  dataTask: true,
  engineTask: true,
  modelTask: true,
  runTask: true,
  planTask: true,
  planTimes: true,
  settings: true,
  alert: true,
  notice: true,
};
const eventNames = Object.keys(events) as (keyof LabEvents)[];

/** Lets a window use the lab until its channel closes, which it does when something comes that is no request. */
export function serveWindow(lab: Lab, channel: WindowChannel): void {
  // Filled below: the lab has to know the way to the window first.
  const table = {};
  const calls = createBirpc<LabEvents>(table, {
    post: (message: unknown) => channel.post(message),
    on: (listener: (message: unknown) => void) =>
      channel.onMessage((message) => {
        if (isRequest(message)) listener(message);
        else channel.close();
      }),
    resolver: ownMethods(table, (method, error) => {
      if (!(error instanceof SluiceError)) lab.log(`${method} failed`, error);
    }),
    eventNames,
  });
  const { kind, browser } = channel;
  const connection = lab.connect({ kind, browser, events: calls, busy: () => channel.busy() });
  Object.assign(table, connection.api);
  channel.onClose(() => {
    connection.leave();
    calls.$close();
  });
}

/** As birpc puts it; a window has nothing to answer, as events want none. */
function isRequest(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { t, m, a, i } = message as Readonly<Record<string, unknown>>;
  return t === 'q' && typeof m === 'string' && Array.isArray(a) && (i === undefined || typeof i === 'string');
}
