import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { AxeResults, RunOptions } from 'axe-core';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export type Theme = 'light' | 'dark';

/** A window on the lab, and what went wrong in it: errors, failed requests, violations of the content policy. */
export interface LabPage {
  readonly page: Page;
  readonly problems: string[];
}

export interface Look {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
}

/** Opens a window on a lab. The first of a context needs the address with the token. */
export async function openPage(context: BrowserContext, url: string, look: Look = {}): Promise<LabPage> {
  return openIn(await context.newPage(), url, look);
}

/** Opens a lab in an empty window. */
export async function openIn(page: Page, url: string, look: Look = {}): Promise<LabPage> {
  const { theme = 'light', width = 1280, height = 800 } = look;
  const problems = watchProblems(page);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.goto(url);
  await page.getByRole('main').waitFor();
  return { page, problems };
}

const watched = ['console', 'pageerror', 'crash', 'requestfailed', 'response'] as const;

/** Leaves a window as a new one is, but at an address of its lab, for which it keeps its process and what that compiled. */
export async function emptyPage(page: Page): Promise<void> {
  for (const event of watched) page.removeAllListeners(event);
  const address = new URL('/nothing', page.url()).href;
  // With an icon, as the browser would ask for one while the next test looks on.
  const empty = { contentType: 'text/html', body: '<link rel="icon" href="data:,">' };
  await page.route(address, (route) => route.fulfill(empty));
  await page.goto(address);
  await page.unroute(address);
  await page.mouse.move(0, 0);
}

function watchProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      problems.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('crash', () => problems.push('the page crashed'));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // The window took the request back itself, as it does on a reload: the lab did not fail.
    if (reason !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Takes out what a window has to say while its lab is away. */
export function forgiveAbsence(problems: string[]): void {
  const others = problems.filter((problem) => !/ERR_CONNECTION_REFUSED|WebSocket connection/.test(problem));
  problems.splice(0, problems.length, ...others);
}

/** Where an element is once it has come to rest: charts move as their numbers and the fonts arrive. */
export async function settledBox(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  let before = await element.boundingBox();
  for (;;) {
    await element.page().waitForTimeout(150);
    const now = await element.boundingBox();
    if (now && isDeepStrictEqual(now, before)) return now;
    before = now;
  }
}

/** What the browser saves while `act` is done. */
export async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** The pages of the rail: their routes, and what they are called there. */
export const pages = [
  ['/', 'Home'],
  ['/design', 'Design'],
  ['/compare', 'Compare'],
  ['/models', 'Models'],
  ['/playground', 'Playground'],
  ['/server', 'Server'],
  ['/data', 'Data'],
  ['/engines', 'Engines'],
  ['/settings', 'Settings'],
] as const;

/** Goes to a page of the lab by its route and waits for its heading. */
export async function goTo(page: Page, route: string, heading: string | RegExp): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#${route}`);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds by colours alone; everything else it reads off the document, which is the same in every theme. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** Fails when axe finds something serious or critical, naming rule and element: in the dark, where colours are its cause. */
export async function expectAccessible(page: Page, theme: Theme = 'light'): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const options: RunOptions = { resultTypes: ['violations'], ...(theme === 'dark' && { runOnly: colourRules }) };
  const found = await page.evaluate(async (given) => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    const { violations } = await axe.run(given);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }, options);
  expect(found).toEqual([]);
}
