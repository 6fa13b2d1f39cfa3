import { afterEach, expect, it, vi } from 'vitest';
import { listen } from '../../../main/cli/interrupt.ts';

afterEach(() => void vi.restoreAllMocks());

/** Listens, and gives what was added for a signal. */
function listening(signal: NodeJS.Signals) {
  const before = process.listeners(signal);
  const interruption = listen(() => undefined);
  const added = process.listeners(signal).filter((listener) => !before.includes(listener));
  return { ...interruption, send: () => added.forEach((listener) => listener(signal)), before };
}

it('the first Ctrl-C asks for the end, the second ends at once', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended');
  });
  const { signal, end, send, before } = listening('SIGINT');
  expect(signal.aborted).toBe(false);
  send();
  expect(signal.aborted).toBe(true);
  expect(exit).not.toHaveBeenCalled();
  expect(send).toThrow('ended');
  expect(exit).toHaveBeenCalledWith(130);
  end();
  expect(process.listeners('SIGINT')).toEqual(before);
});

it.each(['SIGTERM', 'SIGHUP'] as const)('%s asks for the end, however often it comes', (name) => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended');
  });
  const { signal, end, send } = listening(name);
  send();
  send();
  end();
  expect(signal.aborted).toBe(true);
  expect(exit).not.toHaveBeenCalled();
});
