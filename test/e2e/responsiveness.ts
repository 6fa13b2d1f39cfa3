/**
 * Measures what the window costs, as JSON: with a run in training for each page its longest task, in milliseconds, and the
 * share of a core it takes; and with 1,000 runs in the lab what it takes to list them, to find some and to compare 200.
 * Besides the time that passed there is the time the processor worked: on a busy machine a task also lasts while others
 * have their turn. Fails where a task works longer than 200 ms. Takes about two minutes.
 */
import type { Page } from 'playwright-core';
import { launchChromium } from './support/chromium.ts';
import { startLab } from './support/lab.ts';
import { goTo, openPage } from './support/page.ts';
import { pastRuns } from './support/past-runs.ts';
import { inStore } from './support/runs.ts';

const seconds = 10;

interface Cost {
  readonly longestTaskMs: number;
  readonly longestTaskCpuMs: number;
  readonly shareOfCore: number;
}

const mostCpuMs = 200;
const pastCount = 1000;
const comparedCount = 200;

const browser = await launchChromium();
try {
  const measured = { ...(await withLiveRun()), ...(await withPastRuns()) };
  console.log(JSON.stringify(measured, null, 2));
  const long = Object.entries(measured).filter(([, { longestTaskCpuMs }]) => longestTaskCpuMs > mostCpuMs);
  if (long.length > 0)
    throw new Error(`A task worked longer than ${mostCpuMs} ms: ${long.map(([name]) => name).join('; ')}.`);
} finally {
  await browser.close();
}

async function withLiveRun(): Promise<Record<string, Cost>> {
  const lab = await startLab();
  try {
    const { page } = await openPage(await browser.newContext(), lab.url);
    await page.getByRole('button', { name: 'Run the quickstart' }).click();
    await page.getByRole('tab', { name: 'Charts' }).waitFor();
    await goTo(page, '/', 'Home');
    const live = page.getByRole('article').filter({ hasText: /epoch \d+ of/ });
    await live.waitFor({ timeout: 60_000 });
    const still = (): Promise<void> => page.waitForTimeout(seconds * 1000);
    await page.waitForTimeout(2000);
    const measured: Record<string, Cost> = { home: await measure(page, still) };
    await live.getByRole('link').first().click();
    for (const tab of ['Charts', 'Gate', 'Time']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.waitForTimeout(2000);
      measured[`run, ${tab.toLowerCase()}`] = await measure(page, still);
    }
    return measured;
  } finally {
    await lab.stop();
  }
}

async function withPastRuns(): Promise<Record<string, Cost>> {
  const lab = await startLab({ prepare: (home) => pastRuns(home, pastCount) });
  const ids = inStore(lab.home, (store) => store.list().map(({ id }) => id)).slice(0, comparedCount);
  try {
    const { page } = await openPage(await browser.newContext(), lab.url);
    const listed = page.getByText(`${pastCount} runs`, { exact: true });
    const measured: Record<string, Cost> = {};
    measured['1,000 runs, home'] = await measure(page, async () => {
      await page.reload();
      await listed.waitFor();
    });
    measured['1,000 runs, filtered'] = await measure(page, async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('best > 40 %');
      await page.getByText(new RegExp(`^\\d+ of ${pastCount} runs$`)).waitFor();
    });
    measured['1,000 runs, grouped'] = await measure(page, async () => {
      await page.getByRole('combobox', { name: 'Group' }).click();
      await page.getByRole('option', { name: 'By method' }).click();
      await page.getByRole('treegrid', { name: 'Runs' }).waitFor();
    });
    measured['200 runs compared'] = await measure(page, async () => {
      await goTo(page, `/compare?runs=${ids.join(',')}`, 'Compare');
      await page.locator('canvas').first().waitFor();
      await page.waitForTimeout(seconds * 1000);
    });
    return measured;
  } finally {
    await lab.stop();
  }
}

/** What the page costs while `act` is done. */
async function measure(page: Page, act: () => Promise<void>): Promise<Cost> {
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
  const began = performance.now();
  await act();
  const took = performance.now() - began;
  const tasks = tasksOf((await browser.stopTracing()).toString());
  const cpu = tasks.map(({ tdur = 0 }) => tdur / 1000);
  return {
    longestTaskMs: Math.max(...tasks.map(({ dur = 0 }) => dur / 1000)),
    longestTaskCpuMs: Math.max(...cpu),
    shareOfCore: cpu.reduce((sum, each) => sum + each, 0) / took,
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
