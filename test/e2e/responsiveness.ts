/**
 * Measures what a run in training costs the window: the longest task of the page, in milliseconds, and the share of a
 * core it takes, for each page, as JSON. Takes about a minute.
 */
import type { CDPSession, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.ts';
import { startLab } from './support/lab.ts';
import { goTo, openPage, watchLongTasks } from './support/page.ts';

const seconds = 10;
const lab = await startLab();
const browser = await launchChromium();
try {
  const { page } = await openPage(await browser.newContext(), lab.url);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.getByRole('button', { name: 'Run the quickstart' }).click();
  await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
  await goTo(page, '/', 'Home');
  const live = page.getByRole('article').filter({ hasText: /epoch \d+ of/ });
  await live.waitFor({ timeout: 60_000 });
  const measured = { home: await measure(page, cdp), run: {} };
  await live.getByRole('link').first().click();
  measured.run = await measure(page, cdp);
  console.log(JSON.stringify(measured, null, 2));
} finally {
  await browser.close();
  await lab.stop();
}

async function measure(page: Page, cdp: CDPSession): Promise<{ longestTaskMs: number; shareOfCore: number }> {
  await page.waitForTimeout(2000);
  const longest = await watchLongTasks(page);
  const before = await taskSeconds(cdp);
  await page.waitForTimeout(seconds * 1000);
  return { longestTaskMs: await longest(), shareOfCore: ((await taskSeconds(cdp)) - before) / seconds };
}

/** Seconds the page's main thread has worked. */
async function taskSeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}
