import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { normalisationTable, untouched, writeNormalised } from '../../main/data/augment.ts';
import { testImages } from '../../main/data/test-images.ts';
import { wholeOf } from '../../main/sets/open.ts';
import { requestBudget } from '../../main/sets/pair.ts';
import { topClasses } from '../../main/inference/probabilities.ts';
import { temporaryHome } from '../support/home.ts';
import { servePage, type PageServer } from '../support/served-set.ts';
import { launchChromium } from './support/chromium.ts';
import { withChromium } from './support/fixtures.ts';
import { expectAccessible, openPage, type LabPage, type Theme } from './support/page.ts';

const home = temporaryHome();

withChromium.describe('the page of a device', { timeout: 120_000 }, () => {
  let server: PageServer;
  let browser: Browser;
  let opened: LabPage;
  beforeAll(async () => {
    server = await servePage(home);
    browser = await launchChromium();
    opened = await openPage(await browser.newContext(), server.link, { width: 400, height: 900 });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** What the full pair says of an image, both of its halves in this process. */
  async function expected(pixels: Uint8Array): Promise<string[]> {
    const { manifest } = server.set;
    const { client, server: half, dispose } = await wholeOf(server.set, null);
    const values = new Float32Array(pixels.length);
    writeNormalised(pixels, manifest.images.shape, normalisationTable(manifest.images), untouched, values);
    const batch = { samples: 1, images: values, labels: new Uint16Array(1) };
    const logits = await half.infer(await client.infer(batch, requestBudget(manifest.pairs[0])));
    dispose();
    return topClasses(logits, 5).map(
      ({ index, probability }) => `${manifest.images.classes[index]}\n${(100 * probability).toFixed(1)} %`,
    );
  }

  const shown = (page: LabPage['page']): Promise<string[]> =>
    page.locator('[aria-labelledby=prediction-title] li').allInnerTexts();

  it('answers an image of the data set, chosen or dropped, as both halves here do', async () => {
    const { page, problems } = opened;
    await page.getByRole('radio', { name: 'By hand' }).click();
    await page.getByRole('combobox', { name: 'Codec' }).selectOption('float32');
    const [first, second] = await testImages('synthetic', 20);
    await page.getByRole('button', { name: /^Test image 1,/ }).click();
    await expect.poll(() => shown(page)).toEqual(await expected(first.pixels));
    const png = await sharp(second.pixels, { raw: { width: 32, height: 32, channels: 3 } })
      .png()
      .toBuffer();
    await page.getByLabel('Pictures').last().setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png });
    await expect.poll(() => shown(page)).toEqual(await expected(second.pixels));
    const traffic = server.set.manifest.pairs[0].traffic.find(({ codec }) => codec === 'float32')!;
    expect(await page.getByText(/maps of/).innerText()).toContain('float32');
    expect(traffic.up).toBeGreaterThan(0);
    expect(await page.evaluate(() => [location.hash, self.crossOriginIsolated])).toEqual(['', true]);
    expect(problems).toEqual([]);
  });

  it('says what is wrong with a file that is no picture, and with a camera that is refused', async () => {
    const { page } = opened;
    const buffer = readFileSync(new URL(import.meta.url));
    await page.getByLabel('Pictures').last().setInputFiles({ name: 'words.txt', mimeType: 'text/plain', buffer });
    await page.getByText('"words.txt" cannot be read as a picture').waitFor();
    await page.getByRole('radio', { name: 'Camera' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByText(/The camera was refused|This device has no camera/).waitFor();
    await page.getByRole('radio', { name: 'Pictures' }).click();
  });

  it('chooses under the target, and is accessible in both themes', async () => {
    const { page, problems } = opened;
    await page.getByRole('radio', { name: 'By the target' }).click();
    await page.getByRole('checkbox').check();
    await page.getByRole('slider', { name: 'Most kilobytes' }).fill('0.5');
    // Two maps of 16×16 at 8 bits are more than that: the smallest comes nearest.
    await page.getByText('2 maps, int8').waitFor();
    for (const colorScheme of ['light', 'dark'] as const satisfies Theme[]) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page, colorScheme);
    }
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wider).toBe(0);
    expect(problems).toEqual([]);
  });

  it('is told what it lacks without its secret', async () => {
    const { page } = await openPage(await browser.newContext(), new URL('/', server.link).href);
    await page.getByText('This page was opened without its secret').waitFor();
    const { page: wrong } = await openPage(await browser.newContext(), `${new URL('/', server.link).href}#token=wrong`);
    await wrong.getByText('The page cannot be used yet').waitFor();
  });
});
