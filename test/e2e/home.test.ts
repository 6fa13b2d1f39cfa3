import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { parseExperiment } from '../../main/runs/experiment/parse.ts';
import { withChromium, testWith } from './support/fixtures.ts';
import { expectAccessible, type Theme } from './support/page.ts';
import { inStore } from './support/runs.ts';

const runs = 1000;

/** Runs that ended before they began: every tenth is a prune, every hundredth one of those has a tag. */
function fill(home: string): void {
  inStore(home, (store) => {
    for (let number = 1; number <= runs; number++) {
      const method = number % 10 === 0 ? 'prune' : 'deprune';
      const { id } = store.create(parseExperiment({ name: `${method} ${number}`, method }), 1);
      store.setStatus(id, 'stopped');
      if (number % 100 === 0) store.annotate(id, { tags: ['kept'] });
    }
  });
}

const test = testWith(fill);

const rowCount = (page: Page): Promise<string | null> =>
  page.getByRole('grid', { name: 'Runs' }).getAttribute('aria-rowcount');

withChromium.describe('a thousand runs', { timeout: 180_000 }, () => {
  test('are found by a filter that is completed by keyboard, and folded into groups', async ({ open }) => {
    const { page } = await open();
    await expect.poll(() => rowCount(page)).toBe(String(runs + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('tag: k');
    await page.getByRole('option', { name: 'kept' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('10 of 1000 runs').waitFor();
    await page.keyboard.type('and name: 1000');
    await page.getByText('1 of 1000 runs').waitFor();
    await page.keyboard.type(' and best >');
    await page.getByText('expected a share such as 50 % or 0.5 for best').waitFor();
    await page.keyboard.type(' 50 %');
    await page.getByText('No run fits').waitFor();
    await page.getByRole('button', { name: 'Show all runs' }).click();
    await expect.poll(() => rowCount(page)).toBe(String(runs + 1));

    await page.getByRole('combobox', { name: 'Group' }).click();
    await page.getByRole('option', { name: 'By method' }).click();
    const grid = page.getByRole('treegrid', { name: 'Runs' });
    await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('3');
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => grid.getAttribute('aria-rowcount')).not.toBe('3');
    await expect.poll(() => page.url()).toContain('group=method');
    await page.getByRole('combobox', { name: 'Group' }).click();
    await page.getByRole('option', { name: 'Not grouped' }).click();
    await expect.poll(() => page.url()).not.toContain('group=');
  });

  test('are gone through with the keyboard, chosen, compared and deleted', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('grid', { name: 'Runs' }).focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: 'deprune 1, run 1', exact: true }).waitFor();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowUp');
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
    expect(new URL(page.url()).hash.split(',')).toHaveLength(2);
    await page.goBack();

    await page.getByRole('grid', { name: 'Runs' }).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.getByText('1000 selected').waitFor();
    await page.keyboard.press('Delete');
    const question = page.getByRole('alertdialog');
    await question.getByText('and 992 more').waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Select none' }).click();
    await page.getByRole('row', { name: 'prune 1000, run 1000' }).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await question.getByRole('button', { name: /^Delete/ }).click();
    await expect.poll(() => rowCount(page)).toBe(String(runs));
  });

  test.for<Theme>(['light', 'dark'])('are accessible, chosen or not, %s', async (theme, { open }) => {
    const { page } = await open({ theme });
    await page.getByRole('row').nth(3).waitFor();
    await expectAccessible(page, theme);
    await page.getByRole('row').nth(2).getByRole('checkbox').click();
    await expectAccessible(page, theme);
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByRole('dialog', { name: 'Tags' }).waitFor();
    await expectAccessible(page, theme);
  });
});
