import { expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../../main/processes/child.ts';

it('a process that the system does not start is gone, and says why', async () => {
  const { execPath } = process;
  process.execPath = '/nowhere/node';
  onTestFinished(() => void (process.execPath = execPath));
  const child = startChild<object>(import.meta.url, './child.test.ts', () => undefined);
  child.send({ kind: 'task' });
  child.kill();
  expect(await child.gone).toMatch(/ENOENT/);
});
