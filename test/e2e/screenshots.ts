/**
 * Draws docs/images/*.png: every page of a lab with finished runs, and one that is training, light at 1280×800 and dark
 * at 1920×1080. Takes some minutes: the runs are real ones. `--home <folder>` takes the finished runs and model sets of a lab there is.
 */
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { parseExperiment } from '../../main/runs/experiment/parse.ts';
import { launchChromium } from './support/chromium.ts';
import { sluice, startLab } from './support/lab.ts';
import { goTo, openPage, type Theme } from './support/page.ts';
import { inStore } from './support/runs.ts';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const looks = [
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'dark', width: 1920, height: 1080 },
] as const satisfies readonly { theme: Theme; width: number; height: number }[];
type Look = (typeof looks)[number];

const { values } = parseArgs({ options: { home: { type: 'string' } } });
const lab = await startLab(values);
const browser = await launchChromium();
try {
  await mkdir(folder, { recursive: true });
  const context = await browser.newContext({ deviceScaleFactor: 1 });
  const { page } = await openPage(context, lab.url);
  await page.close();
  if (values.home === undefined) {
    for (const look of looks) await drawEmpty(context, look);
    await sluice(lab.home, 'quickstart');
  }
  const compared = finishedTogether();
  if (values.home === undefined) await addFamily();
  const live = train();
  for (const look of looks) await drawLive(context, look, live);
  inStore(lab.home, (store) => store.want(live, 'stop'));
  for (const look of looks) await drawOthers(context, look, compared);
} finally {
  await browser.close();
  await lab.stop();
}

/** A model set with several pairs, for the pages that are about them. */
async function addFamily(): Promise<void> {
  const experiment = {
    name: 'family',
    model: { name: 'cnn', width: 0.5 },
    method: 'prune',
    phases: [
      { budget: 'full', epochs: 8 },
      { budget: 8, epochs: 2 },
      { budget: 4, epochs: 2 },
      { budget: 2, epochs: 2 },
    ],
  };
  const file = join(lab.home, 'family.json');
  writeFileSync(file, JSON.stringify(experiment));
  await sluice(lab.home, 'run', file);
  await sluice(lab.home, 'models', 'add', 'family');
}

/** The runs that were launched together and finished last. */
function finishedTogether(): string[] {
  return inStore(lab.home, (store) => {
    const finished = store.list().filter(({ status }) => status === 'finished');
    return finished.filter(({ group }) => group === finished.at(-1)?.group).map(({ id }) => id);
  });
}

/** Has the lab train for longer than the pictures of it take. */
function train(): string {
  const experiment = parseExperiment({
    dataset: { name: 'synthetic' },
    model: { name: 'cnn', width: 0.5 },
    optimiser: { learningRate: 0.015 },
    phases: [
      { budget: 2, epochs: 12 },
      { budget: 'full', epochs: 28 },
    ],
    notes: 'How soon does it reach the accuracy of full budget, once all maps may cross?',
  });
  return inStore(lab.home, (store) => {
    const { id } = store.create(experiment, 1, 'live');
    store.enqueue(id);
    store.annotate(id, { tags: ['example'] });
    return id;
  });
}

async function drawEmpty(context: BrowserContext, look: Look): Promise<void> {
  const { page } = await openPage(context, new URL('/', lab.url).href, look);
  await page.getByRole('button', { name: 'Run the quickstart' }).waitFor();
  await drawPage(page, 'home-empty', look);
  await page.close();
}

async function drawLive(context: BrowserContext, look: Look, live: string): Promise<void> {
  const { page } = await openPage(context, new URL('/', lab.url).href, look);
  const draw = (name: string): Promise<void> => drawPage(page, name, look);
  // As soon as both phases are to be seen.
  await page
    .getByRole('article')
    .filter({ hasText: /epoch (1[7-9]|[23]\d) of/ })
    .waitFor({ timeout: 600_000 });
  await draw('home');
  await goTo(page, `/runs/${live}`, 'deprune');
  await draw('run');
  for (const tab of ['Gate', 'Time', 'Log']) {
    await page.getByRole('tab', { name: tab }).click();
    await draw(`run-${tab.toLowerCase()}`);
  }
  await page.close();
}

async function drawOthers(context: BrowserContext, look: Look, compared: readonly string[]): Promise<void> {
  const { page } = await openPage(context, new URL('/', lab.url).href, look);
  const draw = (name: string): Promise<void> => drawPage(page, name, look);
  await goTo(page, `/compare?runs=${compared.join(',')}`, 'Compare');
  await draw('compare');
  await goTo(page, '/design', 'Design');
  await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor();
  await draw('design');
  await goTo(page, '/server', 'Offload server');
  await page.getByRole('button', { name: 'Start the server' }).click();
  await page.getByRole('img', { name: 'The command as a QR code' }).waitFor();
  await draw('server');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await goTo(page, '/playground', 'Playground');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  // Until there is something of the choice to be seen.
  await page.waitForTimeout(20_000);
  await draw('playground');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  for (const heading of ['Models', 'Data', 'Engines', 'Settings']) {
    await goTo(page, `/${heading.toLowerCase()}`, heading);
    await draw(heading.toLowerCase());
  }
  await page.close();
}

/** Once nothing is loading or moving any more. */
async function drawPage(page: Page, name: string, { width }: Look): Promise<void> {
  await page.locator('.skeleton').first().waitFor({ state: 'detached', timeout: 60_000 });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(1500);
  const picture = sharp(await page.screenshot());
  await picture.png({ palette: true, quality: 95, effort: 10 }).toFile(`${folder}${name}-${width}.png`);
}
