import { unzipSync } from 'fflate';
import { expect } from 'vitest';
import { withChromium, test } from './support/fixtures.ts';
import { expectAccessible, saved, type Theme } from './support/page.ts';
import { trainTiny } from './support/runs.ts';

withChromium.describe('runs from a terminal', { timeout: 120_000 }, () => {
  test('appear in an open window as they train', async ({ lab, open }) => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Run the quickstart' }).waitFor();
    await trainTiny(lab.home, [{ name: 'narrow' }, { name: 'wide', method: 'full' }]);
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'finished' }).count(), { timeout: 20_000 }).toBe(2);
  });

  test.for<Theme>(['light', 'dark'])('are shown in views that are accessible, %s', async (theme, { open }) => {
    const { page } = await open({ theme });
    await page.getByRole('row').filter({ hasText: 'narrow' }).getByText('narrow').click();
    await page.getByRole('heading', { level: 1, name: 'narrow' }).waitFor();
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await page.getByRole('tabpanel').waitFor();
      await expectAccessible(page, theme);
    }
    await page.getByRole('tab', { name: 'Charts' }).click();
    await page.getByRole('button', { name: 'More for Loss' }).click();
    await page.getByRole('menuitem', { name: /export chart/i }).click();
    await page.getByRole('dialog').getByRole('img', { name: 'Preview of Loss' }).waitFor();
    await expectAccessible(page, theme);
  });

  test('give their charts away in every format', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('row').filter({ hasText: 'narrow' }).getByText('narrow').click();
    const begins = { PDF: '%PDF-', SVG: '<svg', PNG: '\u0089PNG', CSV: '' };
    for (const [format, begin] of Object.entries(begins)) {
      await page.getByRole('button', { name: 'More for Accuracy' }).click();
      await page.getByRole('menuitem', { name: /export chart/i }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox', { name: 'Format' }).click();
      await page.getByRole('option', { name: format }).click();
      await expectAccessible(page);
      const { name, bytes } = await saved(page, () => dialog.getByRole('button', { name: `Save ${format}` }).click());
      expect(name).toMatch(new RegExp(`\\.${format.toLowerCase()}$`));
      expect(bytes.toString('latin1')).toContain(begin);
      expect(bytes.length).toBeGreaterThan(100);
      await dialog.waitFor({ state: 'detached' });
    }
  });

  test('become model sets, which are compared, exported and removed', async ({ open }) => {
    const { page } = await open({ width: 960 });
    await page.getByRole('row').filter({ hasText: 'narrow' }).getByText('narrow').click();
    await page.getByRole('tab', { name: 'Pairs' }).click();
    await page.getByRole('button', { name: 'Make a model set' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('small');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Make the set' }).click();
    await page.getByRole('button', { name: 'Models', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Show small' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('radio', { name: 'Latency' }).click();
    await page.getByRole('button', { name: 'More for Accuracy of every pair' }).click();
    await page.getByRole('menuitem', { name: /export chart/i }).click();
    const chart = await saved(page, () => page.getByRole('button', { name: 'Save PDF' }).click());
    expect(chart.name).toBe('small-family-latency.pdf');
    await page.getByRole('button', { name: /^More for small/ }).click();
    const { name, bytes } = await saved(page, () =>
      page.getByRole('menuitem', { name: 'Export as ONNX', exact: true }).click(),
    );
    expect(name).toBe('small-onnx.zip');
    expect(Object.keys(unzipSync(bytes))).toContain('small-onnx/full/client.onnx');
    await page.getByRole('button', { name: /^More for small/ }).press('Enter');
    await page.getByRole('menuitem', { name: 'Export as zip' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove model set' }).click();
    await page.getByText('No model sets yet').waitFor();
  });

  test('give themselves away as an archive', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('row').filter({ hasText: 'narrow' }).getByText('narrow').click();
    await page.getByRole('button', { name: /^More/ }).first().click();
    const { name, bytes } = await saved(page, () => page.getByRole('menuitem', { name: 'Export as zip' }).click());
    expect(name).toMatch(/\.zip$/);
    const files = Object.keys(unzipSync(bytes));
    expect(files).toContainEqual(expect.stringMatching(/experiment\.json$|config\.json$/));
    expect(files).toContainEqual(expect.stringMatching(/\.csv$/));
  });
});
