import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { withChromium, test } from './support/fixtures.ts';
import { sluice } from './support/lab.ts';
import { expectAccessible, goTo, type Theme } from './support/page.ts';
import { expectStatus, patient } from './support/runs.ts';

/** Presses the mouse in the middle of an element and moves it away by so many pixels, in steps as a hand does. */
async function drag(page: Page, from: Locator, { right = 0, up = 0 }: { right?: number; up?: number }): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await from.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + right, y + height / 2 - up, { steps: 8 });
  await page.mouse.up();
}

async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field, exact: true }).click();
  await page.getByRole('option', { name: option }).click();
}

/** What the page says of the experiment once it is examined. */
async function settled(page: Page): Promise<{ bytes: string; client: string; cut: string }> {
  await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor();
  return {
    bytes: await page.getByRole('region', { name: 'Prediction' }).locator('.total').innerText(),
    client: await page.getByRole('row', { name: /^client/ }).innerText(),
    cut: (await page.getByRole('slider', { name: 'Split layer' }).getAttribute('aria-valuetext'))!,
  };
}

async function saveJson(page: Page): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export and more' }).click();
  const downloaded = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as JSON' }).click();
  const download = await downloaded;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

withChromium.describe('an experiment', { timeout: 300_000 }, () => {
  let text = '';

  test('is designed with the mouse, corrected, saved and launched', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('link', { name: /Design an experiment/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Design' }).waitFor();
    await choose(page, 'Method', /^deprune/);
    await choose(page, 'Network', 'cnn');
    await page.getByRole('textbox', { name: 'Train images' }).fill('192');
    await page.getByRole('textbox', { name: 'Width' }).fill('0.25');
    await page.getByText('Advanced').click();
    await page.getByRole('textbox', { name: 'Test images' }).fill('40');

    const first = await settled(page);
    const cut = page.getByRole('slider', { name: 'Split layer' });
    await drag(page, cut, { right: -220 });
    await expect.poll(async () => (await settled(page)).cut).not.toBe(first.cut);
    const moved = await settled(page);
    expect(moved.client).not.toBe(first.client);
    expect(moved.bytes).not.toBe(first.bytes);

    const end = page.getByRole('slider', { name: 'End of phase 1' });
    await drag(page, end, { right: -200 });
    await expect.poll(async () => (await settled(page)).bytes).not.toBe(moved.bytes);
    expect(Number(await end.getAttribute('aria-valuenow'))).toBeLessThan(6);
    const budget = page.getByRole('slider', { name: 'Budget of phase 1' });
    const before = Number(await budget.getAttribute('aria-valuenow'));
    await drag(page, budget, { up: -30 });
    expect(Number(await budget.getAttribute('aria-valuenow'))).toBeLessThan(before);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(Number(await budget.getAttribute('aria-valuenow'))).toBe(before);

    const rate = page.getByRole('textbox', { name: 'Learning rate' });
    await rate.fill('-1');
    const field = page.locator('[data-path="optimiser.learningRate"]');
    await field.getByText('Expected from 1e-9 to 100.').waitFor();
    expect(await page.getByRole('button', { name: 'Launch', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('button', { name: '1 problem' }).click();
    await page.getByRole('button', { name: /^Learning rate/ }).click();
    await expect.poll(() => rate.evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.press('ControlOrMeta+z');
    expect(await rate.inputValue()).toBe('0.01');

    const { cut: place } = await settled(page);
    const saved = await saveJson(page);
    expect(saved.name).toBe('deprune.json');
    text = saved.text;
    const { split, phases } = JSON.parse(text) as { split: { layer: number }; phases: { epochs: number }[] };
    expect(place).toContain(`Layer ${split.layer},`);
    expect(phases[0].epochs).toBe(Number(await end.getAttribute('aria-valuenow')));

    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'deprune' }).waitFor();
    await expectStatus(page, 'finished');
  });

  test('is trained the same by the terminal', async ({ lab, open }) => {
    const { page } = await open();
    const file = join(lab.home, 'designed.json');
    writeFileSync(file, text);
    await sluice(lab.home, 'run', '--in-process', file);
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'finished' }).count(), patient).toBe(2);
    const sent = await page
      .getByRole('row')
      .getByText(/ [kM]B$/)
      .allInnerTexts();
    expect(new Set(sent).size).toBe(1);
  });

  test('is cloned from a run, and says in what it differs', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('row', { name: 'deprune, run 1' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Clone' }).click();
    const changes = page.getByRole('region', { name: 'Changed from run 1' });
    await changes.getByText('Nothing yet.').waitFor();
    await page.getByRole('textbox', { name: 'Batch size' }).fill('32');
    await changes.getByText(/16\s*→\s*32/).waitFor();
    await changes.getByRole('button', { name: 'Back to 16' }).click();
    await changes.getByText('Nothing yet.').waitFor();
  });

  test('is swept over its settings: one launch, with one progress and buttons for all', async ({ open }) => {
    const { page } = await open();
    await goTo(page, '/design', 'Design');
    await page.getByRole('button', { name: 'Import' }).click();
    const sweep = { settings: { batchSize: [8, 16], 'phases[0].budget': [1, 2] } };
    const swept = JSON.stringify({ ...(JSON.parse(text) as object), name: 'swept', sweep });
    await page.getByRole('textbox', { name: 'JSON of an experiment' }).fill(swept);
    await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText(/^4 combinations/).waitFor();
    // The words of a switch work as it does.
    await page.getByText('Advanced').click();
    const augmentation = page.getByRole('switch', { name: 'Augmentation' });
    await page.getByText('Augmentation', { exact: true }).click();
    expect(await augmentation.getAttribute('aria-checked')).toBe('false');
    await settled(page);
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /^swept, / }).waitFor();
    const standing = page.getByRole('region', { name: 'Progress of the launch' });
    await standing.getByText('4 runs').waitFor();
    await page.getByRole('button', { name: 'Pause all' }).click();
    await standing.getByText(/[34] paused/).waitFor(patient);
    await expectAccessible(page, 'light');
    await page.getByRole('button', { name: 'Stop all' }).click();
    await page.getByRole('button', { name: /^Stop \d runs$/ }).click();
    await standing.getByText(/[34] stopped/).waitFor(patient);
  });

  test('starts from a figure of the paper, or from a file', async ({ open }) => {
    const { page } = await open();
    await goTo(page, '/design', 'Design');
    await page.getByRole('button', { name: 'Start from' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Quickstart/ })
      .click();
    await expect
      .poll(() => page.getByRole('tab').allInnerTexts())
      .toEqual(['deprune', 'full budget', 'high compression']);
    await page.getByRole('button', { name: 'Launch all 3' }).waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('textbox', { name: 'JSON of an experiment' }).fill(text);
    await page.getByRole('dialog').getByRole('button', { name: 'Open', exact: true }).click();
    await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['deprune']);
    expect(JSON.parse((await saveJson(page)).text)).toEqual(JSON.parse(text));
  });

  test.for<Theme>(['light', 'dark'])('is accessible to everyone in every state, %s', async (theme, { open }) => {
    const { page } = await open({ theme });
    await goTo(page, '/design', 'Design');
    await page.getByText('Advanced').click();
    await page.getByRole('textbox', { name: 'Data sources' }).fill('4');
    await choose(page, 'Link', /^custom/);
    await page.getByRole('radio', { name: 'Random' }).click();
    await page.getByRole('textbox', { name: 'Momentum' }).fill('2');
    await page.getByRole('button', { name: 'Duplicate this experiment' }).click();
    await page.getByRole('radio', { name: 'On an offload server' }).click();
    // A draft that an earlier window kept counts among them.
    await page.getByRole('button', { name: /^\d+ problems$/ }).click();
    await expectAccessible(page, theme);
    await page.keyboard.press('Escape');
    for (const button of ['Start from', 'Import', 'What is Split layer n?', 'Export and more']) {
      await page.getByRole('button', { name: button }).click();
      await expectAccessible(page, theme);
      await page.keyboard.press('Escape');
    }
  });
});
