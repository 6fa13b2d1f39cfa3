import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { withChromium, test } from './support/fixtures.ts';
import { expectAccessible, goTo } from './support/page.ts';
import {
  expectEveryStep,
  expectStatus,
  inStore,
  lastStepOf,
  openRun,
  patient,
  queueRuns,
  stepsOf,
} from './support/runs.ts';

const charts = ['Loss', 'Traffic', 'Throughput'];

async function expectToReach(page: Page, step: number): Promise<void> {
  for (const chart of charts) await expect.poll(() => lastStepOf(page, chart), patient).toBeGreaterThanOrEqual(step);
}

async function press(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
}

withChromium.describe('a run in training', { timeout: 240_000 }, () => {
  let id = '';

  test('is drawn as it goes, in every view', async ({ lab, open }) => {
    [id] = queueRuns(lab.home, 'watched');
    const { page } = await open();
    await openRun(page, id);
    await expectToReach(page, 5);
    await expectToReach(page, (await lastStepOf(page, 'Loss')) + 20);
    await expect.poll(() => lastStepOf(page, 'Accuracy'), patient).toBeGreaterThan(0);
    await expect.poll(() => page.getByRole('progressbar', { name: 'Steps done' }).textContent()).not.toBeNull();
    const facts = page.locator('dl').filter({ hasText: 'Against plan' });
    expect(await facts.innerText()).toMatch(/Against plan\s+100\.0 %/);
    expect(await facts.innerText()).toMatch(/↑ [\d.]+ [kMG]B\s+↓ [\d.]+ [kMG]B/);
    await page.getByRole('tab', { name: 'Gate' }).click();
    await page.getByRole('img', { name: /^Gate of \d+ maps over \d+ steps; now \d+ of them are sent/ }).waitFor();
    await page.getByRole('tab', { name: 'Time' }).click();
    await page.getByRole('img', { name: /^Time of a step: client [\d.]+ %, wire .*, server .*, wait/ }).waitFor();
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByRole('log').getByText('The offload server has started').waitFor();
  });

  test('rests while it is paused, and its charts go on without a gap', async ({ lab, open }) => {
    const { page } = await open();
    await openRun(page, id);
    await press(page, 'Pause');
    await expectStatus(page, 'paused');
    await page.getByText('It keeps its memory').waitFor();
    await expectAccessible(page);
    const rested = stepsOf(lab.home, id);
    await expectEveryStep(page, rested);
    await page.reload();
    await openRun(page, id);
    await expectEveryStep(page, rested);
    expect(stepsOf(lab.home, id)).toBe(rested);
    await press(page, 'Continue');
    await expectStatus(page, 'running');
    await expectToReach(page, rested + 10);
  });

  test('keeps all its points over a reload, and what was written about it', async ({ lab, open }) => {
    const { page } = await open();
    await openRun(page, id);
    await press(page, 'tag');
    await page.getByRole('textbox', { name: 'New tag' }).fill('kept');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Notes' }).click();
    await page.getByRole('textbox', { name: /What was expected/ }).fill('Half as many bytes.');
    await page.getByText('Saved', { exact: true }).waitFor();
    await openRun(page, id);
    const before = await lastStepOf(page, 'Loss');
    await page.reload();
    await openRun(page, id);
    await expectToReach(page, before + 1);
    await page.getByRole('button', { name: 'Remove tag kept' }).waitFor();
    await press(page, 'Stop');
    await expectStatus(page, 'stopped');
    await expectEveryStep(page, stepsOf(lab.home, id));
    expect(inStore(lab.home, (store) => store.annotations(id))).toEqual({
      notes: 'Half as many bytes.',
      tags: ['kept'],
    });
  });

  test('goes on from the checkpoint that it was stopped with', async ({ lab, open }) => {
    const { page } = await open();
    await openRun(page, id);
    const before = stepsOf(lab.home, id);
    await press(page, 'Resume');
    await expectStatus(page, 'running');
    await expectToReach(page, before + 5);
    await press(page, 'Stop');
    await expectStatus(page, 'stopped');
    await expectEveryStep(page, stepsOf(lab.home, id));
  });

  test('leaves its turn to the next while it is paused, and waits for the next one to go on', async ({ lab, open }) => {
    const [first, second] = queueRuns(lab.home, 'first', 'second');
    const { page } = await open();
    const card = (name: string) => page.getByRole('article', { name });
    const expectCard = (name: string, words: RegExp): Promise<void> =>
      expect.poll(() => card(name).innerText(), patient).toMatch(words);
    await expectCard('first', /running/);
    await expectCard('second', /queued\s+waits for its turn/);
    expect((await page.getByRole('article').allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual([
      'first',
      'second',
    ]);
    await press(page, 'Pause first');
    await expectCard('first', /paused/);
    await expectCard('second', /running/);
    await press(page, 'Continue first');
    await expectCard('first', /queued\s+waits to go on/);
    await openRun(page, first);
    await page.getByText('It goes on when the run in training ends or pauses').waitFor();
    const rested = stepsOf(lab.home, first);
    await goTo(page, '/', 'Home');
    await expectCard('second', /epoch \d+ of/);
    expect(stepsOf(lab.home, first)).toBe(rested);
    await page.getByRole('button', { name: 'Stop second after a checkpoint' }).click();
    await expectCard('first', /running/);
    await expect.poll(() => stepsOf(lab.home, first), patient).toBeGreaterThan(rested);
    expect(inStore(lab.home, (store) => store.get(second).status)).toBe('stopped');
    await page.getByRole('button', { name: 'Stop first after a checkpoint' }).click();
    await card('first').waitFor({ state: 'detached', ...patient });
  });
});
