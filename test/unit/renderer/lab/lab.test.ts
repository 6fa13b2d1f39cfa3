import { createBirpc } from 'birpc';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LabApi, LabEvents } from '../../../../main/api.ts';
import { SluiceError } from '../../../../main/errors.ts';
import { decodeMessage, encodeMessage, ownMethods } from '../../../../main/wire.ts';
import type { Channel, OpenChannel } from '../../../../renderer/lab/channel.ts';
import { LabFailure, shutOut } from '../../../../renderer/lab/failure.ts';
import { createLab, type Lab } from '../../../../renderer/lab/lab.ts';
import { fakeLab } from '../../../support/fake-lab.ts';

/** A host that windows can connect to, whose process can die. */
interface Host {
  readonly open: OpenChannel;
  readonly connections: number;
  events: LabEvents | undefined;
  /** Ends the connection as a crash does. */
  die(): void;
  reachable: boolean;
}

function hostOf(api: LabApi): Host {
  let connections = 0;
  let dead = (): void => undefined;
  const host: Host = {
    reachable: true,
    events: undefined,
    get connections() {
      return connections;
    },
    die: () => dead(),
    open: async () => {
      await Promise.resolve();
      if (!host.reachable) throw new Error('refused');
      connections++;
      let toWindow: (message: unknown) => void = () => undefined;
      let toHost: (message: unknown) => void = () => undefined;
      let closed = (): void => undefined;
      let alive = true;
      dead = () => {
        alive = false;
        closed();
      };
      // Through bytes, as over a socket.
      const over = (listener: (message: unknown) => void, message: unknown): void => {
        const bytes = encodeMessage(message);
        queueMicrotask(() => alive && listener(decodeMessage(bytes)));
      };
      host.events = createBirpc<LabEvents, LabApi>(api, {
        post: (message: unknown) => over(toWindow, message),
        on: (listener: (message: unknown) => void) => void (toHost = listener),
        resolver: ownMethods(api),
      });
      const channel: Channel = {
        post: (message) => over((received) => toHost(received), message),
        onMessage: (listener) => void (toWindow = (message) => listener(message)),
        onClose: (listener) => void (closed = listener),
        close: dead,
      };
      return channel;
    },
  };
  return host;
}

const delays = [1, 2];
let lab: Lab | undefined;
const connect = (host: Host, patience = 200): Lab => (lab = createLab(host.open, { delays, patience }));

afterEach(() => lab?.close());

describe('a lab', () => {
  it('greets its host and passes calls on', async () => {
    const { api } = fakeLab();
    const { api: window, state, info } = connect(hostOf(api));
    expect(state.value).toBe('connecting');
    expect(await window.runs()).toHaveLength(9);
    expect(state.value).toBe('ready');
    expect(info.value?.version).toBe('0.1.0');
  });

  it('rejects with the code, the sentence and the field that the host named', async () => {
    const { api } = fakeLab({
      annotate: () => Promise.reject(new SluiceError('bad-tag', 'A tag has to be a word.', { path: 'tags.0' })),
    });
    await expect(connect(hostOf(api)).api.annotate('a', {})).rejects.toMatchObject({
      name: 'LabFailure',
      code: 'bad-tag',
      message: 'A tag has to be a word.',
      path: 'tags.0',
    });
  });

  it('passes events on to those that listen, with their columns', async () => {
    const host = hostOf(fakeLab().api);
    const connected = connect(host);
    const seen = vi.fn();
    const stop = connected.on('steps', seen);
    const batch = await connected.api.steps('run-1', 0);
    host.events?.steps('run-1', batch);
    await vi.waitFor(() => expect(seen).toHaveBeenCalledTimes(1));
    expect(seen.mock.calls[0]).toEqual(['run-1', batch]);
    expect(batch.columns.crossEntropy).toBeInstanceOf(Float64Array);
    stop();
    host.events?.steps('run-1', batch);
    await connected.api.runs();
    expect(seen).toHaveBeenCalledTimes(1);
  });

  it('comes back after its host died, watching what it watched', async () => {
    const watch = vi.fn(() => Promise.resolve());
    const host = hostOf(fakeLab({ watch }).api);
    const connected = connect(host);
    const ready = vi.fn();
    connected.onReady(ready);
    await connected.api.runs();
    await connected.api.watch(['run-1', 'run-2']);
    host.die();
    expect(connected.state.value).toBe('lost');
    await vi.waitFor(() => expect(connected.state.value).toBe('ready'));
    expect(host.connections).toBe(2);
    expect(watch.mock.calls).toEqual([[['run-1', 'run-2']], [['run-1', 'run-2']]]);
    expect(ready).toHaveBeenCalledTimes(2);
  });

  it('fails what was under way when the host died, rather than leaving it open', async () => {
    const host = hostOf(fakeLab({ engines: () => new Promise(() => undefined) }).api);
    const connected = connect(host);
    await connected.api.runs();
    const asked = connected.api.engines();
    await Promise.resolve();
    host.die();
    await expect(asked).rejects.toMatchObject({ code: 'lab-unreachable' });
  });

  it('keeps trying, lets calls wait, and gives them up in the end', async () => {
    const host = hostOf(fakeLab({}, []).api);
    host.reachable = false;
    const connected = connect(host, 30);
    await expect(connected.api.runs()).rejects.toMatchObject({ code: 'lab-unreachable' });
    const late = connected.api.runs();
    host.reachable = true;
    expect(await late).toEqual([]);
  });

  it('says when it does not let this browser in, and comes back once it does', async () => {
    const host = hostOf(fakeLab().lab.api);
    let letIn = false;
    const open: OpenChannel = () => (letIn ? host.open() : Promise.reject(new LabFailure(shutOut)));
    const connected = (lab = createLab(open, { delays, patience: 20 }));
    await vi.waitFor(() => expect(connected.state.value).toBe('shut-out'));
    await expect(connected.api.runs()).rejects.toMatchObject({ code: 'not-let-in' });
    letIn = true;
    await vi.waitFor(() => expect(connected.state.value).toBe('ready'));
  });

  it('is outdated when it speaks another version', async () => {
    const { api, lab: other } = fakeLab();
    const connected = connect(
      hostOf({ ...api, hello: () => Promise.resolve({ ...other.info.value!, protocol: 99 }) }),
      5,
    );
    await vi.waitFor(() => expect(connected.state.value).toBe('outdated'));
    await expect(connected.api.runs()).rejects.toMatchObject({ code: 'lab-unreachable' });
  });

  it('does not connect again once it is closed', async () => {
    const host = hostOf(fakeLab().api);
    const connected = connect(host);
    await connected.api.runs();
    connected.close();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(host.connections).toBe(1);
  });
});
