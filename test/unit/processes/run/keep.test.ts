import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../main/errors.ts';
import { keepProcess, type KeepOptions } from '../../../../main/processes/run/keep.ts';
import type { Run } from '../../../../main/runs/store/run.ts';

/** A process that dies when the test wants it. */
function playedProcess(number: number) {
  let die: (how: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => (die = resolve));
  const close = (): Promise<void> => {
    die('closed');
    return Promise.resolve();
  };
  return { number, gone, die, close };
}

type Played = ReturnType<typeof playedProcess>;

const died = (): SluiceError => new SluiceError('toy-died', 'The toy died as it started (SIGKILL).');

/** Processes that start as `starts` says, one after the other, and well when nothing is said. */
function played(starts: readonly (() => Played)[] = []) {
  const log: string[] = [];
  const begun: Played[] = [];
  let next = 0;
  const options: KeepOptions<Played> = {
    name: 'The toy',
    code: 'toy-died',
    pauseMs: 1,
    start(before) {
      log.push(before ? `start in place of ${before.number}` : 'start');
      const begin = starts[next++] ?? (() => playedProcess(begun.length + 1));
      return new Promise((resolve) => {
        const process = begin();
        begun.push(process);
        resolve(process);
      });
    },
    onStart: ({ number }) => log.push(`${number} is up`),
    onDeath: (how) => log.push(`died: ${how}`),
  };
  return { log, begun, keep: () => keepProcess({ run: { id: '0007-toy' } as Run }, options) };
}

const fail = (error: Error) => (): never => {
  throw error;
};

describe('a process that a run needs', () => {
  it('is started again when it dies as it starts, and when it dies later, in place of the one before', async () => {
    const { log, begun, keep } = played([fail(died())]);
    const kept = await keep();
    expect(kept.now()).toBe(begun[0]);
    begun[0].die('SIGKILL');
    await expect.poll(() => kept.now().number).toBe(2);
    await expect.poll(() => log.at(-1)).toBe('2 is up');
    expect(log).toEqual([
      'start',
      'died: The toy died as it started (SIGKILL).',
      'start',
      '1 is up',
      'died: SIGKILL',
      'start in place of 1',
      '2 is up',
    ]);
    await kept.close();
  });

  it('that cannot start for another reason is not tried again', async () => {
    const { log, keep } = played([fail(new SluiceError('engine-unavailable', 'There is no such engine.'))]);
    await expect(keep()).rejects.toMatchObject({ code: 'engine-unavailable' });
    expect(log).toEqual(['start']);
  });

  it('may find its address taken for a moment once it was up', async () => {
    const taken = new SluiceError('listen-failed', 'The port is in use.');
    const { log, begun, keep } = played([() => playedProcess(1), fail(taken)]);
    const kept = await keep();
    begun[0].die('SIGKILL');
    await expect.poll(() => log.at(-1)).toBe('2 is up');
    expect(log).toContain('died: The port is in use.');
    await kept.close();
  });

  it('ends the run when it has died six times within a minute, as it starts or later', async () => {
    const asItStarts = played(Array<() => never>(9).fill(fail(died())));
    const message = /^The toy died 6 times within a minute \(.*\)\. Once that is mended: sluice resume 0007-toy$/;
    await expect(asItStarts.keep()).rejects.toMatchObject({ code: 'toy-died', message });
    expect(asItStarts.log.filter((line) => line.startsWith('start'))).toHaveLength(6);

    const later = played();
    const kept = await later.keep();
    for (let i = 0; i < 6; i++) {
      await expect.poll(() => later.begun.length).toBe(i + 1);
      later.begun[i].die('SIGKILL');
    }
    await expect(kept.failed).rejects.toMatchObject({ code: 'toy-died', message });
    expect(later.begun).toHaveLength(6);
    expect(kept.upSeconds()).toBe(0);
    await kept.close();
  });

  it('is not started again once it is closed, and one that is just starting is closed with it', async () => {
    let begin: (process: Played) => void = () => undefined;
    const { log, begun, keep } = played();
    const kept = await keep();
    await kept.close();
    expect(await begun[0].gone).toBe('closed');
    expect(log).toEqual(['start', '1 is up']);

    const starting = new Promise<Played>((resolve) => (begin = resolve));
    let asked = 0;
    const late = await keepProcess<Played>(
      { run: { id: '0007-toy' } as Run },
      {
        name: 'The toy',
        code: 'toy-died',
        pauseMs: 1,
        onStart: () => undefined,
        onDeath: () => undefined,
        start: () => (asked++ === 0 ? Promise.resolve(playedProcess(1)) : starting),
      },
    );
    late.now().die('SIGKILL');
    await expect.poll(() => asked).toBe(2);
    const closed = late.close();
    const second = playedProcess(2);
    begin(second);
    await closed;
    expect(await second.gone).toBe('closed');
  });

  it('ends the run when its death cannot be written down', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const process = playedProcess(1);
    const kept = await keepProcess<Played>(
      { run: { id: '0007-toy' } as Run },
      {
        name: 'The toy',
        code: 'toy-died',
        start: () => Promise.resolve(process),
        onStart: () => undefined,
        onDeath: () => {
          throw full;
        },
      },
    );
    process.die('SIGKILL');
    await expect(kept.failed).rejects.toBe(full);
    await kept.close();
  });
});
