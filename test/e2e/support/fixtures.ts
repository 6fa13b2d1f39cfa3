import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test as base } from 'vitest';
import { where } from '../../support/where.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { startLab, type Prepare, type ServedLab } from './lab.ts';
import { emptyPage, openIn, openPage, type LabPage, type Look } from './page.ts';

const pictures = fileURLToPath(new URL('../../../dist/e2e/', import.meta.url));

/** What needs a browser to test in. */
export const withChromium = where(findChromium() !== undefined, 'no Chromium');

interface Fixtures {
  /** What the lab finds as it starts; nothing unless a file says otherwise. */
  prepare: Prepare;
  /** A lab of the test file's own. */
  lab: ServedLab;
  /** A browser that this lab has let in. */
  browser: BrowserContext;
  /** Its windows that no test has open: a browser takes longer to start one than for most of what is done in it. */
  idle: Page[];
  /** Opens windows on it; any error in one fails the test, and leaves a picture of each in dist/e2e. */
  open: (look?: Look) => Promise<LabPage>;
}

export const test = base.extend<Fixtures>({
  prepare: [
    async ({}, use) => {
      await use(() => undefined);
    },
    { scope: 'file' },
  ],
  lab: [
    async ({ prepare }, use) => {
      const lab = await startLab({ prepare });
      await use(lab);
      await lab.stop();
    },
    { scope: 'file' },
  ],
  browser: [
    async ({ lab }, use) => {
      const browser = await launchChromium();
      const context = await browser.newContext({ acceptDownloads: true });
      const first = await openPage(context, lab.url);
      await emptyPage(first.page);
      await use(context);
      await browser.close();
    },
    { scope: 'file' },
  ],
  idle: [
    async ({ browser }, use) => {
      await use(browser.pages());
    },
    { scope: 'file' },
  ],
  open: async ({ lab, browser, idle, task }, use) => {
    const opened: LabPage[] = [];
    await use(async (look) => {
      const page = await openIn(idle.pop() ?? (await browser.newPage()), new URL('/', lab.url).href, look);
      opened.push(page);
      return page;
    });
    const failed = task.result?.state === 'fail' || opened.some(({ problems }) => problems.length > 0);
    for (const [index, { page }] of opened.entries()) {
      if (failed) {
        await takePicture(page, `${task.name}-${index}`);
        await page.close();
      } else {
        await emptyPage(page);
        idle.push(page);
      }
    }
    expect(opened.flatMap(({ problems }) => problems)).toEqual([]);
  },
});

/** Tests of a lab that finds something as it starts. */
export function testWith(prepare: Prepare): typeof test {
  return test.extend<Pick<Fixtures, 'prepare'>>({
    prepare: [
      async ({}, use) => {
        await use(prepare);
      },
      { scope: 'file' },
    ],
  });
}

async function takePicture(page: LabPage['page'], name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name.replace(/[^\w-]+/g, '-')}.png`) });
}
