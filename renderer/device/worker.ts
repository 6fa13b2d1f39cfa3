import { createBirpc } from 'birpc';
import { z } from 'zod';
import { messageOf } from '../../main/errors.ts';
import { openDeviceEngine } from './engine/engine.ts';
import { openDevice, type Device } from './inference/device.ts';
import type { DeviceFunctions, PageFunctions } from './rpc.ts';
import { joinTraining } from './training/source.ts';

/** The device itself, apart from the page: the engine computes here, and the connections are here. */

// Nothing is made of text and run: the page's policy forbids it.
z.config({ jitless: true });

const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
};

let device: Device | null = null;
let leaving = new AbortController();

function opened(): Device {
  if (!device) throw new Error('No model set is open.');
  return device;
}

const functions: DeviceFunctions = {
  engine: openDeviceEngine,
  async open(server) {
    await device?.close();
    device = null;
    device = await openDevice(server, (text) => void page.note.asEvent(text));
    return device.opened;
  },
  choose: (how) => opened().choose(how),
  classify: (image) => opened().classify(image),
  images: () => opened().images(),
  join(run) {
    leaving = new AbortController();
    return joinTraining(run, leaving.signal, (progress) => void page.progress.asEvent(progress));
  },
  leave() {
    leaving.abort();
    return Promise.resolve();
  },
};

const page = createBirpc<PageFunctions, DeviceFunctions>(functions, {
  post: (message) => scope.postMessage(message),
  on: (listen) => scope.addEventListener('message', ({ data }) => listen(data)),
  // What is thrown crosses as its words: not everything of an error can be copied.
  resolver: (name) => {
    const method = functions[name as keyof DeviceFunctions] as (...args: unknown[]) => Promise<unknown>;
    return (...args: unknown[]) =>
      method(...args).catch((error: unknown) => {
        throw new Error(messageOf(error));
      });
  },
  timeout: -1,
});
