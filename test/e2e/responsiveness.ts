/**
 * Measures what a run in training costs the window: for each page its longest task, in milliseconds, and the share of a
 * core it takes, as JSON. Besides the time that passed there is the time the processor worked: on a busy machine a task
 * also lasts while others have their turn. Takes about a minute.
 */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './support/chromium.ts';
import { startLab } from './support/lab.ts';
import { goTo, openPage } from './support/page.ts';

const seconds = 10;

interface Cost {
  readonly longestTaskMs: number;
  readonly longestTaskCpuMs: number;
  readonly shareOfCore: number;
}

const lab = await startLab();
const browser = await launchChromium();
try {
  const { page } = await openPage(await browser.newContext(), lab.url);
  await page.getByRole('button', { name: 'Run the quickstart' }).click();
  await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
  await goTo(page, '/', 'Home');
  const live = page.getByRole('article').filter({ hasText: /epoch \d+ of/ });
  await live.waitFor({ timeout: 60_000 });
  const measured: Record<string, Cost> = { home: await measure(browser, page) };
  await live.getByRole('link').first().click();
  for (const tab of ['Charts', 'Gate', 'Time']) {
    await page.getByRole('tab', { name: tab }).click();
    measured[`run, ${tab.toLowerCase()}`] = await measure(browser, page);
  }
  console.log(JSON.stringify(measured, null, 2));
} finally {
  await browser.close();
  await lab.stop();
}

async function measure(browser: Browser, page: Page): Promise<Cost> {
  await page.waitForTimeout(2000);
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
  await page.waitForTimeout(seconds * 1000);
  const tasks = tasksOf((await browser.stopTracing()).toString());
  const cpu = tasks.map(({ tdur = 0 }) => tdur / 1000);
  return {
    longestTaskMs: Math.max(...tasks.map(({ dur = 0 }) => dur / 1000)),
    longestTaskCpuMs: Math.max(...cpu),
    shareOfCore: cpu.reduce((sum, each) => sum + each, 0) / (seconds * 1000),
  };
}

/** As Chromium writes them: times in microseconds, `tdur` of the thread alone. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** What the main thread of the page did. */
function tasksOf(trace: string): TraceEvent[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const isMain = ({ name, args }: TraceEvent): boolean => name === 'thread_name' && args?.name === 'CrRendererMain';
  const main = new Set(traceEvents.filter(isMain).map(({ pid, tid }) => `${pid}/${tid}`));
  return traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && main.has(`${pid}/${tid}`));
}
