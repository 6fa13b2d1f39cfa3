/**
 * Draws docs/images/*.png: every page of a lab with finished runs, and one that is training, light at 1280×800 and dark
 * at 1920×1080. Takes some minutes: the runs are real ones. `--home <folder>` takes the runs of a lab there is.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { launchChromium } from './support/chromium.ts';
import { sluice, startLab } from './support/lab.ts';
import { goTo, openPage, type Theme } from './support/page.ts';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const looks = [
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'dark', width: 1920, height: 1080 },
] as const satisfies readonly { theme: Theme; width: number; height: number }[];
const pages = [
  ['home', '/', 'Home'],
  ['design', '/design', 'Design'],
  ['server', '/server', 'Server'],
  ['data', '/data', 'Data'],
  ['engines', '/engines', 'Engines'],
  ['settings', '/settings', 'Settings'],
] as const;

const { values } = parseArgs({ options: { home: { type: 'string' } } });
const lab = await startLab(values);
const browser = await launchChromium();
try {
  await mkdir(folder, { recursive: true });
  if (values.home === undefined) await sluice(lab.home, 'quickstart');
  const context = await browser.newContext({ deviceScaleFactor: 1 });
  const { page } = await openPage(context, lab.url);
  await page.getByRole('button', { name: 'Quickstart' }).click();
  await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
  const compared = new URL(page.url()).hash.slice(1);
  await page.close();
  for (const look of looks) await drawAll(context, look, compared);
} finally {
  await browser.close();
  await lab.stop();
}

async function drawAll(context: BrowserContext, look: (typeof looks)[number], compared: string): Promise<void> {
  const { page } = await openPage(context, new URL('/', lab.url).href, look);
  const draw = (name: string): Promise<void> => drawPage(page, `${name}-${look.width}`);
  // The run that trains, when there is something to see of it.
  const live = page.getByRole('article').filter({ hasText: 'running' });
  await live.filter({ hasText: /epoch ([4-9]|1\d) of/ }).waitFor({ timeout: 300_000 });
  await draw('home');
  await live.getByRole('link').first().click();
  await draw('run');
  for (const tab of ['Gate', 'Time', 'Log']) {
    await page.getByRole('tab', { name: tab }).click();
    await draw(`run-${tab.toLowerCase()}`);
  }
  await goTo(page, compared, 'Compare');
  await draw('compare');
  for (const [name, route, heading] of pages.slice(1)) {
    await goTo(page, route, heading);
    await draw(name);
  }
  await page.close();
}

/** Once nothing is loading or moving any more. */
async function drawPage(page: Page, name: string): Promise<void> {
  await page.locator('.skeleton').first().waitFor({ state: 'detached', timeout: 60_000 });
  await page.waitForTimeout(1500);
  const picture = sharp(await page.screenshot());
  await picture.png({ palette: true, quality: 95, effort: 10 }).toFile(`${folder}${name}.png`);
}
