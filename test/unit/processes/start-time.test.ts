import { expect, it } from 'vitest';
import { startedInTime } from '../../../main/processes/child.ts';
import { keepProcess } from '../../../main/processes/run/keep.ts';
import { SluiceError } from '../../../main/errors.ts';
import type { Run } from '../../../main/runs/store/run.ts';

/** A process that ends when it is killed. */
function played() {
  let die: (how: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => (die = resolve));
  const kill = (): void => die('SIGKILL');
  const close = async (): Promise<void> => {
    die('closed');
    await gone;
  };
  return { pid: 7, gone, kill, close };
}

const never = new Promise<never>(() => undefined);

it('a process that hangs as it starts is ended, with words that name it', async () => {
  const process = played();
  const starting = startedInTime(process, never, 'The offload server', 0.01);
  await expect(starting).rejects.toMatchObject({
    code: 'start-timeout',
    message: /^The offload server \(process 7\) did not start within 0\.01 s\./,
  });
  expect(await process.gone).toBe('SIGKILL');
});

it('one that starts in time is left alone, also when it fails', async () => {
  const process = played();
  expect(await startedInTime(process, Promise.resolve('up'), 'The toy', 0.01)).toBe('up');
  const failure = new Error('There is no such engine.');
  await expect(startedInTime(process, Promise.reject(failure), 'The toy', 0.01)).rejects.toBe(failure);
  // Whatever was to end it has been called off.
  await process.close();
  expect(await process.gone).toBe('closed');
});

it('a run is not kept waiting for a process that hangs as it is started again', async () => {
  const late = new SluiceError('start-timeout', 'The toy did not start.');
  const processes = [played()];
  const kept = await keepProcess(
    { run: { id: '0007-toy' } as Run },
    {
      name: 'The toy',
      code: 'toy-died',
      pauseMs: 1,
      start: (before) => (before ? Promise.reject(late) : Promise.resolve(processes[0])),
      onStart: () => undefined,
      onDeath: () => undefined,
    },
  );
  processes[0].kill();
  await expect(kept.failed).rejects.toBe(late);
});
