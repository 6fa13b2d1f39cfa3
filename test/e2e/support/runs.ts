import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import type { RunStatus } from '../../../main/runs/store/run.ts';
import { openStore, type Store } from '../../../main/runs/store/store.ts';
import { sluice } from './lab.ts';

/** Patience with a machine that has other things to do. */
export const patient = { timeout: 90_000 };

/** What `trainTiny` trains unless told otherwise. */
export const tinyPhases = [
  { budget: 2, epochs: 2 },
  { budget: 'full', epochs: 1 },
] as const;

/** Trains experiments on very little data from a terminal, into a lab whose window may be open. */
export async function trainTiny(home: string, experiments: readonly object[]): Promise<void> {
  const shared = {
    dataset: { trainSamples: 96, testSamples: 40 },
    model: { name: 'cnn', width: 0.25 },
    split: { layer: 3 },
    threads: 1,
    phases: tinyPhases,
  };
  const entries = experiments.map((experiment) => ({ experiment }));
  const preset = { title: 'Tiny', description: '', shared, experiments: entries };
  writeFileSync(join(home, 'tiny.json'), JSON.stringify(preset));
  await sluice(home, 'run', '--in-process', join(home, 'tiny.json'));
}

/** Looks into the store of a lab that may be running. */
export function inStore<T>(home: string, look: (store: Store) => T): T {
  const store = openStore(home);
  try {
    return look(store);
  } finally {
    store.close();
  }
}

/**
 * Queues runs of so many epochs that a test can do with them what it likes; the lab starts them. Returns their ids. Their
 * link makes them rest most of the time: at full speed they would take the processors from what watches them.
 */
export function queueRuns(home: string, ...names: string[]): string[] {
  const small = {
    dataset: { trainSamples: 160, testSamples: 32 },
    model: { name: 'cnn', width: 0.125 },
    split: { layer: 3 },
    batchSize: 8,
    threads: 1,
    link: { up: 1000, down: 1000, rttMs: 20 },
    phases: [
      { budget: 2, epochs: 3 },
      { budget: 'full', epochs: 1000 },
    ],
  };
  return inStore(home, (store) =>
    names.flatMap((name) => {
      const { id } = store.create(parseExperiment({ name, ...small }), 1, name);
      store.enqueue(id);
      return id;
    }),
  );
}

/** Steps of a run that are recorded. */
export function stepsOf(home: string, id: string): number {
  return inStore(home, (store) => store.stepCount(id));
}

/** The process that executes a run, and those of its source and server, as they were started last. */
export function processesOf(home: string, id: string): { run: number; others: number[] } {
  const run = lastOf(
    readFileSync(join(home, 'lab.log'), 'utf8').matchAll(new RegExp(`run ${id} .*process (\\d+)`, 'g')),
  );
  const log = readFileSync(join(home, 'runs', id, 'log.jsonl'), 'utf8');
  const started = (event: string): number => lastOf(log.matchAll(new RegExp(`"${event}".*"pid":(\\d+)`, 'g')));
  return { run, others: [started('source-started'), started('server-started')] };
}

function lastOf(matches: Iterable<RegExpExecArray>): number {
  return Number([...matches].at(-1)?.[1]);
}

/** Opens the page of a run with its charts over steps. */
export async function openRun(page: Page, id: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/runs/${id}?tab=charts`);
  await page.getByRole('tab', { name: 'Charts' }).waitFor();
  await page.getByRole('group', { name: 'X axis of the charts' }).getByText('Step', { exact: true }).click();
}

/** The step at which a chart ends, as it says to those who do not see it; 0 while it is empty. */
export async function lastStepOf(page: Page, chart: string): Promise<number> {
  const figure = page.getByRole('figure').filter({ has: page.getByRole('heading', { name: chart, exact: true }) });
  const image = figure.getByRole('img').first();
  if ((await image.count()) === 0) return 0;
  const [, place = '0'] = /ends with .*? at ([\d,]+)/.exec((await image.getAttribute('aria-label')) ?? '') ?? [];
  return Number(place.replaceAll(',', ''));
}

/** Fails unless the throughput has a point for each step there is, and no other. */
export async function expectEveryStep(page: Page, steps: number): Promise<void> {
  const figure = page
    .getByRole('figure')
    .filter({ has: page.getByRole('heading', { name: 'Throughput', exact: true }) });
  await expect.poll(() => lastStepOf(page, 'Throughput'), patient).toBe(steps);
  await figure.getByRole('button', { name: 'Data as a table' }).click();
  // The head is a row, too.
  await expect.poll(() => figure.getByRole('grid').getAttribute('aria-rowcount'), patient).toBe(String(steps + 1));
  await figure.getByRole('button', { name: 'Chart', exact: true }).click();
}

/** Waits until the page of a run says that this is its status. */
export async function expectStatus(page: Page, status: RunStatus): Promise<void> {
  await expect.poll(() => page.locator('.page-header .status').innerText(), patient).toBe(status);
}
