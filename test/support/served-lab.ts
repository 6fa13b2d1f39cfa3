import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createBirpc, type BirpcReturn } from 'birpc';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { LabApi, LabEvents, RunStatus, StepBatch } from '../../main/api.ts';
import { entry } from '../../main/entry.ts';
import { decodeMessage, encodeMessage, ownMethods, type LetIn, type Pass } from '../../main/wire.ts';

const { url: cli, execArgv } = entry(import.meta.url, '../../main/cli.ts');

/** A `sluice lab` of its own process. */
export interface ServedLab {
  readonly process: ChildProcess;
  /** With a token. */
  readonly link: string;
  readonly port: number;
}

/** Starts `sluice lab` on a home and waits until it serves. */
export async function startLab(home: string, port = 0): Promise<ServedLab> {
  const args = [fileURLToPath(cli), 'lab', '--no-open', '--port', String(port)];
  const child = spawn(process.execPath, [...execArgv, ...args], {
    env: { ...process.env, SLUICE_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /http:\S+token=\S+/.exec(line)?.[0];
    if (link !== undefined) return { process: child, link, port: Number(new URL(link).port) };
  }
  throw new Error('"sluice lab" ended before it served.');
}

/** Opens the window of a link as a browser does, and returns the session it was given. */
export async function letIn(link: string): Promise<string> {
  const { port, searchParams } = new URL(link);
  const socket = openSocket(Number(port));
  const session = await enter(socket, { code: searchParams.get('token') ?? '' });
  socket.terminate();
  return session;
}

/** Shows a pass, and gives the session that the lab answers with. Rejects with the code of a socket that is closed. */
export async function enter(socket: WebSocket, pass: Pass): Promise<string> {
  const closed = once(socket, 'close').then(([code]) => {
    throw new Error(`closed with ${String(code)}`);
  });
  await Promise.race([once(socket, 'open'), closed]);
  socket.send(encodeMessage(pass));
  const [data] = (await Promise.race([once(socket, 'message'), closed])) as [Buffer];
  closed.catch(() => undefined);
  return (decodeMessage(data) as LetIn).session;
}

/** A window on a lab: its procedures, and what it was told. */
export interface TestWindow {
  readonly api: BirpcReturn<LabApi, Partial<LabEvents>>;
  readonly socket: WebSocket;
  readonly told: { readonly [Event in keyof LabEvents]: Parameters<LabEvents[Event]>[] };
  /** The latest status of a run, from events alone. */
  status(id: string): RunStatus | undefined;
  close(): void;
}

/** Opens a socket as a page of the lab would, or as `headers` say. */
export function openSocket(port: number, headers: Readonly<Record<string, string>> = {}): WebSocket {
  const own = { origin: `http://127.0.0.1:${port}`, ...headers };
  return new WebSocket(`ws://127.0.0.1:${port}/lab`, { headers: own });
}

export async function openWindow(port: number, session: string): Promise<TestWindow> {
  const socket = openSocket(port);
  onTestFinished(() => socket.terminate());
  await enter(socket, { session });
  const told: TestWindow['told'] = {
    runs: [],
    steps: [],
    epochs: [],
    log: [],
    server: [],
    playground: [],
    playgroundAnswer: [],
    dataTask: [],
    engineTask: [],
    modelTask: [],
    runTask: [],
    planTask: [],
    planTimes: [],
    settings: [],
    alert: [],
    notice: [],
  };
  const statuses = new Map<string, RunStatus>();
  const events = Object.fromEntries(
    Object.entries(told).map(([name, list]) => [
      name,
      (...details: never[]) => void (list as unknown[][]).push(details),
    ]),
  ) as unknown as LabEvents;
  const table: LabEvents = {
    ...events,
    runs: (changed, deleted) => {
      events.runs(changed, deleted);
      for (const { id, status } of changed) statuses.set(id, status);
    },
  };
  const api = createBirpc<LabApi, LabEvents>(table, {
    post: (message: unknown) => socket.send(encodeMessage(message)),
    on: (listener: (message: unknown) => void) =>
      socket.on('message', (data) => listener(decodeMessage(data as Buffer))),
    resolver: ownMethods(table),
  });
  socket.once('close', () => api.$close());
  return { api, socket, told, status: (id) => statuses.get(id), close: () => socket.terminate() };
}

/** Waits until something holds, or fails with what it was. */
export async function until<T>(what: string, look: () => T | undefined | false | null, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > end) throw new Error(`Not in ${seconds} s: ${what}`);
    await setTimeout(20);
  }
}

/** Joins batches as a window does; throws when one does not go on where the one before ended. */
export function joinSteps(batches: readonly StepBatch[]): { row: number; steps: number[] } {
  let row = 0;
  let generation = 0;
  let steps: number[] = [];
  for (const batch of batches) {
    if (batch.generation > generation) [row, steps, generation] = [0, [], batch.generation];
    if (batch.from !== row) throw new Error(`A batch begins at row ${batch.from} instead of ${row}.`);
    steps.push(...batch.columns.step);
    row = batch.row;
  }
  return { row, steps };
}
