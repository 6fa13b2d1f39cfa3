import { expect, it } from 'vitest';
import { attempt, dismissToast, shownToasts } from '../../../../renderer/components/toasts.ts';

it('what goes wrong is said in its own words, wherever it comes from', async () => {
  for (const { id } of shownToasts().value) dismissToast(id);
  const failures = [new Error('of the lab'), { code: 'cannot-write', message: 'of the desktop app' }, 'of a library'];
  for (const failure of failures) expect(await attempt(() => Promise.reject(failure as Error))).toBe(false);
  expect(shownToasts().value.map(({ text }) => text)).toEqual(['of the lab', 'of the desktop app', 'of a library']);
});
