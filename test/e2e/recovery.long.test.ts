import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { isAlive } from '../support/is-alive.ts';
import { withChromium, test } from './support/fixtures.ts';
import { forgiveAbsence, pages } from './support/page.ts';
import {
  expectEveryStep,
  expectStatus,
  lastStepOf,
  openRun,
  patient,
  processesOf,
  queueRuns,
  stepsOf,
} from './support/runs.ts';

/** All can be opened that are in the rail, also those that were not before. */
async function expectAllPages(page: Page): Promise<void> {
  for (const [, name] of pages) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }
}

withChromium.describe('a run whose window is open', { timeout: 240_000 }, () => {
  test('goes on while its lab is killed, and shows all points when that is back', async ({ lab, open }) => {
    const [id] = queueRuns(lab.home, 'outlives');
    const { page, problems } = await open();
    const other = await open();
    await openRun(page, id);
    await expect.poll(() => lastStepOf(page, 'Loss'), patient).toBeGreaterThan(5);

    lab.process.kill('SIGKILL');
    await once(lab.process, 'exit');
    await page.getByRole('status').filter({ hasText: 'The lab cannot be reached' }).waitFor();
    const atDeath = stepsOf(lab.home, id);
    const seen = await lastStepOf(page, 'Loss');
    await expect.poll(() => stepsOf(lab.home, id), patient).toBeGreaterThan(atDeath + 20);
    expect(await lastStepOf(page, 'Loss')).toBe(seen);
    await expectAllPages(other.page);

    await lab.restart();
    const meanwhile = stepsOf(lab.home, id);
    await expect.poll(() => lastStepOf(page, 'Loss'), patient).toBeGreaterThan(meanwhile);
    await page.getByRole('status').filter({ hasText: 'The lab cannot be reached' }).waitFor({ state: 'detached' });
    forgiveAbsence(problems);
    forgiveAbsence(other.problems);
    await expectStatus(page, 'running');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expectStatus(page, 'stopped');
    await expectEveryStep(page, stepsOf(lab.home, id));
  });

  test('is begun again when its process is killed, and waits for a word when it is killed again', async ({
    lab,
    open,
  }) => {
    const [id] = queueRuns(lab.home, 'killed');
    const { page } = await open();
    await openRun(page, id);
    // An epoch has 20 steps, and ends with a checkpoint.
    await expect.poll(() => lastStepOf(page, 'Loss'), patient).toBeGreaterThan(45);
    const first = processesOf(lab.home, id);
    process.kill(first.run, 'SIGKILL');
    await page.getByText('It goes on from its last checkpoint').first().waitFor(patient);
    await expect.poll(() => processesOf(lab.home, id).run, patient).not.toBe(first.run);
    await expectStatus(page, 'running');
    await expect.poll(() => first.others.filter(isAlive), patient).toEqual([]);
    const resumed = stepsOf(lab.home, id);
    await expect.poll(() => stepsOf(lab.home, id), patient).toBeGreaterThan(resumed + 25);

    process.kill(processesOf(lab.home, id).run, 'SIGKILL');
    await expectStatus(page, 'interrupted');
    await page.getByText('Its process ended without being asked').waitFor();
    const left = stepsOf(lab.home, id);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expectStatus(page, 'running');
    await expect.poll(() => lastStepOf(page, 'Loss'), patient).toBeGreaterThan(left + 5);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expectStatus(page, 'stopped');
    await expectEveryStep(page, stepsOf(lab.home, id));
  });
});
