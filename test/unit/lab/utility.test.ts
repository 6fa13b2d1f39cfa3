import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { expect, it, onTestFinished } from 'vitest';
import type { LabApi, LabEvents } from '../../../main/api.ts';
import { temporaryHome } from '../../support/home.ts';

/** A port as Electron has them: messages come wrapped. */
function electronPort(port: MessagePort) {
  const wrapped = new EventEmitter();
  port.on('message', (data: unknown) => wrapped.emit('message', { data }));
  port.once('close', () => wrapped.emit('close'));
  return Object.assign(wrapped, {
    postMessage: (message: unknown) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
  });
}

it('under Electron each port that is attached is a window', async () => {
  const home = temporaryHome();
  const parentPort = new EventEmitter();
  Object.assign(process, { parentPort });
  await import('../../../main/lab/window/utility.ts');
  const settings: unknown[] = [];
  const windows = [0, 1].map(() => {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port2.close());
    parentPort.emit('message', { data: { type: 'attach' }, ports: [electronPort(port1)] });
    const api = createBirpc<LabApi, Partial<LabEvents>>(
      { settings: (changed) => void settings.push(changed) },
      { post: (message) => port2.postMessage(message), on: (listener) => port2.on('message', listener) },
    );
    return { api, port: port2 };
  });
  const [one, two] = windows;
  expect(await one.api.hello()).toMatchObject({ host: 'desktop', home });
  await one.api.changeSettings({ theme: 'dark' });
  expect(await two.api.settings()).toMatchObject({ theme: 'dark' });
  expect(settings).toHaveLength(2);
  await expect(one.api.run('none')).rejects.toEqual({ code: 'run-unknown', message: expect.any(String) as string });
  const closed = once(two.port, 'close');
  two.port.postMessage('no request');
  await closed;
});
