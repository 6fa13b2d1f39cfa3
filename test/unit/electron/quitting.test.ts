import { describe, expect, it, vi } from 'vitest';
import { guardQuit, type QuitChoice } from '../../../electron/quitting.ts';

function setUp(options: { active?: number; choice?: QuitChoice; stopped?: boolean; again?: boolean } = {}) {
  const { active = 1, choice = 'leave', stopped = true, again = false } = options;
  const did: string[] = [];
  const said =
    <T>(what: string, value: T) =>
    (): Promise<T> => {
      did.push(what);
      return Promise.resolve(value);
    };
  const attempt = (): boolean => {
    const event = { preventDefault: vi.fn() };
    guard(event);
    return event.preventDefault.mock.calls.length === 0;
  };
  const passed: boolean[] = [];
  const guard = guardQuit({
    active: () => active,
    ask: said('ask', choice),
    stopRuns: said('stop runs', stopped),
    askAgain: said('ask again', again),
    stopHost: said('stop host', undefined),
    quit: () => {
      did.push('quit');
      passed.push(attempt());
    },
  });
  return { attempt, did, passed };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('quitting', () => {
  it('asks nothing when no run is active', async () => {
    const { attempt, did, passed } = setUp({ active: 0 });
    expect(attempt()).toBe(false);
    await settled();
    expect([did, passed]).toEqual([['stop host', 'quit'], [true]]);
  });

  it.each<[Parameters<typeof setUp>[0], string[]]>([
    [{ choice: 'leave' }, ['ask', 'stop host', 'quit']],
    [{ choice: 'stop' }, ['ask', 'stop runs', 'stop host', 'quit']],
    [{ choice: 'cancel' }, ['ask']],
    [{ choice: 'stop', stopped: false, again: true }, ['ask', 'stop runs', 'ask again', 'stop host', 'quit']],
    [{ choice: 'stop', stopped: false, again: false }, ['ask', 'stop runs', 'ask again']],
  ])('with a run active and %j does %j', async (options, expected) => {
    const { attempt, did } = setUp(options);
    attempt();
    await settled();
    expect(did).toEqual(expected);
  });

  it('asks once, however often it is tried, and anew after it was cancelled', async () => {
    const { attempt, did } = setUp({ choice: 'cancel' });
    expect([attempt(), attempt(), attempt()]).toEqual([false, false, false]);
    await settled();
    expect(did).toEqual(['ask']);
    attempt();
    await settled();
    expect(did).toEqual(['ask', 'ask']);
  });

  it('quits also when asking fails', async () => {
    const quit = vi.fn();
    const fail = (): Promise<never> => Promise.reject(new Error('the window is gone'));
    const options = { ask: fail, stopRuns: fail, askAgain: fail, stopHost: fail };
    guardQuit({ ...options, active: () => 2, quit })({ preventDefault: vi.fn() });
    await settled();
    expect(quit).toHaveBeenCalledOnce();
  });
});
