import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  attempt,
  dismissToast,
  holdToast,
  releaseToast,
  shownToasts,
  toast,
} from '../../../../renderer/components/toasts.ts';

const texts = (): string[] => shownToasts().value.map(({ text }) => text);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  for (const { id } of shownToasts().value) dismissToast(id);
  vi.useRealTimers();
});

it('what goes wrong is said in its own words, wherever it comes from', async () => {
  const failures = [new Error('of the lab'), { code: 'cannot-write', message: 'of the desktop app' }, 'of a library'];
  for (const [i, failure] of failures.entries()) {
    expect(await attempt(() => Promise.reject(failure as Error))).toBe(false);
    expect(texts().at(-1)).toBe(['of the lab', 'of the desktop app', 'of a library'][i]);
  }
});

it('messages leave by themselves, unless somebody is at them', () => {
  toast('info', 'first');
  toast('bad', 'second');
  const [{ id }] = shownToasts().value;
  vi.advanceTimersByTime(5000);
  holdToast(id);
  vi.advanceTimersByTime(5000);
  expect(texts()).toEqual(['first', 'second']);
  releaseToast(id);
  vi.advanceTimersByTime(6000);
  expect(texts()).toEqual([]);
});

it('messages of one kind are counted in one, which stays no longer for that', () => {
  const many = { kind: 'finished', text: (count: number) => `${count} runs have finished` };
  toast('good', 'run 1 has finished', undefined, many);
  for (let i = 0; i < 11; i++) {
    vi.advanceTimersByTime(500);
    toast('good', `run ${i + 2} has finished`, undefined, many);
  }
  expect(texts()).toEqual(['12 runs have finished']);
  vi.advanceTimersByTime(500);
  expect(texts()).toEqual([]);
  for (let i = 0; i < 9; i++) toast('info', `message ${i}`);
  expect(texts()).toEqual(['message 7', 'message 8']);
});
