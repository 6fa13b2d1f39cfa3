import { unzipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import { withChromium, testWith } from './support/fixtures.ts';
import { expectAccessible, saved, type Theme, settledBox } from './support/page.ts';
import { tinyPhases, trainTiny } from './support/runs.ts';

/** Four experiments, one with two seeds, one with two pairs: what they cost differs, whatever they learn. */
const experiments = [
  { name: 'deprune', seeds: [1, 2] },
  { name: 'full budget', method: 'full', phases: [{ budget: 'full', epochs: 3 }] },
  { name: 'prune <b>', method: 'prune', phases: tinyPhases.toReversed() },
  { name: 'high', method: 'high-compression', phases: [{ budget: 2, epochs: 3 }] },
];

const test = testWith((home) => trainTiny(home, experiments));

const results = (page: Page): Locator => page.getByRole('grid', { name: 'Results' });
const chart = (page: Page, title: string): Locator =>
  page.getByRole('figure').filter({ has: page.getByRole('heading', { name: title }) });
const query = (page: Page): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? '');

/** What follows with a little delay, and on a busy machine with a longer one. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

/** Exports a chart by its menu. */
async function exported(
  page: Page,
  title: string,
  format: string,
  choose: (dialog: Locator) => Promise<void> = () => Promise.resolve(),
): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: `More for ${title}` }).click();
  await page.getByRole('menuitem', { name: /export chart/i }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Format' }).click();
  await page.getByRole('option', { name: format }).click();
  await choose(dialog);
  const file = await saved(page, () => dialog.getByRole('button', { name: `Save ${format}` }).click());
  await dialog.waitFor({ state: 'detached' });
  return file;
}

/** Opens what was launched last, as a click on the empty page does. */
async function compareAll(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Compare the latest launch' }).click();
  await chart(page, 'Accuracy for traffic').locator('canvas').waitFor();
  await soon(() => results(page).getByRole('row').count()).toBe(6);
}

withChromium.describe('runs compared', { timeout: 180_000 }, () => {
  test('are chosen by a regular expression and the keyboard', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('link', { name: 'Compare' }).click();
    const rows = page.getByRole('grid', { name: 'Runs to choose from' });
    await soon(() => rows.getByRole('row').count()).toBe(6);
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('name ~ "^(full|deprune)"');
    await page.keyboard.press('Escape');
    await soon(() => rows.getByRole('row').count()).toBe(4);
    await rows.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Enter');
    await soon(() => results(page).getByRole('row').count()).toBe(3);
    expect(await results(page).innerText()).toContain('2 seeds');
  });

  test('are read off with the cursors: dragged, typed, or moved with the arrow keys', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    const cursor = page.getByRole('slider', { name: 'Traffic at which accuracies are read' });
    const typed = page.getByRole('textbox', { name: 'Accuracy at so many megabytes' });
    const before = Number(await typed.inputValue());
    const box = await settledBox(cursor);
    await page.mouse.move(box.x + box.width / 2, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await soon(async () => Number(await typed.inputValue())).toBeGreaterThan(before);
    const dragged = Number(await typed.inputValue());
    await soon(() => Number(query(page).get('bytes'))).toBeCloseTo(dragged * 1e6, -3);
    await cursor.focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await soon(async () => Number(await typed.inputValue())).toBeLessThan(dragged);

    const reach = page.getByRole('textbox', { name: 'Traffic to so much accuracy' });
    await reach.fill('10');
    await page.getByText('An accuracy has to be above chance, 10.0 %.').waitFor();
    await reach.fill('12.5');
    const answers = page.getByRole('grid', { name: 'What the cursors say' });
    await soon(() => answers.innerText()).toContain('To 12.5 %');
    await page.getByRole('combobox', { name: 'Baseline' }).click();
    await page.getByRole('option', { name: 'high' }).click();
    await soon(() => query(page).get('base')).toMatch(/high/);
    expect(query(page).get('reach')).toBe('0.125');
  });

  test('are hidden, recoloured, drawn over another axis, and the address shows the same again', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    const line = page.getByRole('grid', { name: /^Compared trainings/ }).getByRole('row', { name: 'high' });
    await line.getByRole('checkbox').click();
    await soon(() => results(page).getByRole('row').count()).toBe(5);
    await page.getByRole('radio', { name: 'Bytes' }).click();
    await soon(() => chart(page, 'Test accuracy').getByRole('img').getAttribute('aria-label')).toMatch(
      /^Test accuracy over traffic.*4 lines/,
    );
    await page.getByRole('switch', { name: 'Seeds together' }).click();
    await page.getByRole('button', { name: 'Colour and more of deprune, seed 2' }).click();
    await page.getByRole('button', { name: 'Colour 7' }).click();
    await page.keyboard.press('Escape');
    await soon(() => query(page).get('seeds')).toBe('apart');
    await page.getByRole('button', { name: 'Colour and more of full budget' }).click();
    await page.getByRole('button', { name: 'Show only this' }).click();
    await soon(() => results(page).getByRole('row').count()).toBe(2);
    await soon(() => (query(page).get('hide') ?? '').split(',').length).toBe(5);

    await page.reload();
    await soon(() => results(page).getByRole('row').count()).toBe(2);
    expect(await results(page).innerText()).toContain('full budget');
    expect(await page.getByRole('radio', { name: 'Bytes' }).isChecked()).toBe(true);
    await page.getByRole('checkbox', { name: 'Select all' }).first().click();
    await soon(() => results(page).getByRole('row').count()).toBe(7);
    await page.getByRole('button', { name: 'Colour and more of deprune, seed 2' }).click();
    expect(await page.getByRole('button', { name: 'Colour 7' }).getAttribute('aria-pressed')).toBe('true');
  });

  test('have every pair of prune for itself, from its own first epoch or one after another', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    const accuracy = chart(page, 'Test accuracy').getByRole('img');
    await soon(() => accuracy.getAttribute('aria-label')).toMatch(/prune <b>, 2 maps ends with [\d.]+ % at 2/);
    await page.getByRole('switch', { name: 'One after another' }).click();
    await soon(() => accuracy.getAttribute('aria-label')).toMatch(/prune <b>, 2 maps ends with [\d.]+ % at 3/);
    await soon(() => query(page).get('pairs')).toBe('turn');
    const { bytes } = await exported(page, 'Test accuracy', 'CSV', async (dialog) => {
      await dialog.getByRole('textbox', { name: 'Y axis from' }).waitFor({ state: 'detached' });
    });
    const places = bytes
      .toString()
      .split('\r\n')
      .filter((row) => row.startsWith('"prune <b>, 2 maps"'));
    expect(places.map((row) => row.split(',').at(-2))).toEqual(['2', '3']);
  });

  test('point one another out: a row pointed at comes out in every chart', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    const canvas = chart(page, 'Test accuracy').locator('canvas');
    const plain = await canvas.screenshot();
    await page
      .getByRole('grid', { name: /^Compared trainings/ })
      .getByRole('row', { name: 'high' })
      .hover();
    await soon(async () => (await canvas.screenshot()).equals(plain)).toBe(false);
  });

  test.for<Theme>(['light', 'dark'])('are accessible, %s', async (theme, { open }) => {
    const { page } = await open({ theme });
    await compareAll(page);
    await expectAccessible(page, theme);
    await page.getByRole('button', { name: 'Choose lines by value' }).click();
    await page.getByRole('slider', { name: 'traffic from' }).waitFor();
    await expectAccessible(page, theme);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.getByRole('dialog', { name: 'Choose runs' }).waitFor();
    await expectAccessible(page, theme);
  });

  test('are exported as far as a chart shows them, or whole', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    await chart(page, 'Training loss').getByRole('img').focus();
    await page.keyboard.press('+');
    const places = async (choose?: (dialog: Locator) => Promise<void>): Promise<number[]> => {
      const { bytes } = await exported(page, 'Training loss', 'CSV', choose);
      const rows = bytes.toString().split('\r\n');
      return rows.filter((row) => row.includes(',measured,')).map((row) => Number(row.split(',').at(-2)));
    };
    const shown = await places();
    expect([Math.min(...shown), Math.max(...shown)]).toEqual([expect.closeTo(0.75, 0), expect.closeTo(2.25, 0)]);
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(0.75);
    const whole = await places(async (dialog) => {
      await dialog.getByRole('combobox', { name: 'Part' }).click();
      await page.getByRole('option', { name: 'All of it' }).click();
    });
    expect(whole.length).toBeGreaterThan(shown.length);
    expect(Math.max(...whole)).toBe(3);
  });

  test('are chosen by their values with the keyboard', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    const panel = chart(page, 'Settings and results');
    await panel.getByRole('button', { name: 'Choose lines by value' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: 'traffic from' }).focus();
    await page.keyboard.press('ArrowRight');
    await soon(() => results(page).getByRole('row').count()).toBe(5);
    expect(await results(page).textContent()).not.toContain('prune <b>, 2 maps');
    expect(await panel.textContent()).toContain('4 of 5 chosen');
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await panel.getByRole('button', { name: 'Show all' }).focus();
    await page.keyboard.press('Enter');
    await soon(() => results(page).getByRole('row').count()).toBe(6);
  });

  test('become files: a chart in every format, the table, a report, an archive', async ({ open }) => {
    const { page } = await open();
    await compareAll(page);
    const line = page.getByRole('grid', { name: /^Compared trainings/ }).getByRole('row', { name: 'high' });
    await line.getByRole('checkbox').click();
    await soon(() => results(page).getByRole('row').count()).toBe(5);

    const files = new Map<string, Buffer>();
    for (const format of ['SVG', 'PNG', 'PDF', 'CSV']) {
      const { name, bytes } = await exported(page, 'Accuracy for traffic', format, async (dialog) => {
        if (format === 'PNG') await dialog.getByRole('textbox', { name: 'Resolution' }).fill('254');
      });
      expect(name).toBe(`4-runs-accuracy-bytes.${format.toLowerCase()}`);
      files.set(format, bytes);
    }
    const svg = files.get('SVG')!.toString();
    const parsed = await page.evaluate((text) => {
      const document = new DOMParser().parseFromString(text, 'image/svg+xml');
      const { width, height } = (document.documentElement as unknown as SVGSVGElement).attributes as unknown as Record<
        string,
        Attr
      >;
      return { broken: document.querySelector('parsererror') !== null, size: [width.value, height.value] };
    }, svg);
    expect(parsed).toEqual({ broken: false, size: ['85mm', '60mm'] });
    expect(svg).toContain('full budget');
    expect(svg).not.toContain('high');
    expect(await sharp(files.get('PNG')).metadata()).toMatchObject({ format: 'png', width: 850, height: 600 });
    expect(files.get('PDF')!.subarray(0, 5).toString()).toBe('%PDF-');
    expect(files.get('PDF')!.subarray(-8).toString()).toContain('%%EOF');
    const csv = files.get('CSV')!.toString().split('\r\n');
    expect(csv).toContain('training,run,family,series,bytes,accuracy');
    expect(csv.filter((row) => row.includes(',measured,'))).toHaveLength(12);
    expect(csv.filter((row) => row.includes(',mean,'))).not.toHaveLength(0);

    const parallel = await exported(page, 'Settings and results', 'SVG');
    expect(parallel.name).toBe('4-runs-parallel.svg');
    expect(parallel.bytes.toString()).toMatch(/phases[\s\S]*best accuracy/);

    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const table = await saved(page, () => page.getByRole('menuitem', { name: 'Save as CSV' }).click());
    expect(table.bytes.toString()).toMatch(/\r\ndeprune,2,[\s\S]*\r\nfull budget,1,/);

    await page.getByRole('button', { name: 'Report…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Report' });
    const text = dialog.getByRole('textbox', { name: 'Text of the report' });
    await text.fill(`# Findings\n\nAs **expected**.\n\n${await text.inputValue()}`);
    await dialog.getByText('Read', { exact: true }).click();
    await dialog.getByText('Accuracy by bytes').waitFor();
    await expectAccessible(page);
    const report = await saved(page, () => dialog.getByRole('button', { name: 'Save HTML' }).click());
    expect(report.name).toBe('4-runs-report.html');
    const html = report.bytes.toString();
    expect(html.match(/<svg role="img"/g)).toHaveLength(7);
    expect(html).toContain('prune &lt;b&gt;');
    expect(html).toContain('<h3>Findings</h3><p>As <strong>expected</strong>.</p>');
    expect(html).toMatch(/to [\d.]+ %<[\s\S]*bytes to it/);
    expect(html).not.toContain('<script');

    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const archive = await saved(page, () => page.getByRole('menuitem', { name: 'Everything as zip' }).click());
    const names = Object.keys(unzipSync(archive.bytes));
    expect(names.filter((name) => name.endsWith('experiment.json'))).toHaveLength(4);
    expect(names).toContain('report.html');
  });
});
