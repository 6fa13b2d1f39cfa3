import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { servePage, type PageServer } from '../support/served-set.ts';
import { launchChromium } from './support/chromium.ts';
import { withChromium } from './support/fixtures.ts';
import { openPage } from './support/page.ts';

const home = temporaryHome();

withChromium.describe('the page of a device', { timeout: 120_000 }, () => {
  let server: PageServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await servePage(home);
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('opens', async () => {
    const context = await browser.newContext();
    const { page, problems } = await openPage(context, server.link, { width: 400, height: 900 });
    page.on('console', (m) => console.log(m.type(), m.text()));
    await page.waitForTimeout(6000);
    mkdirSync('/tmp/shots', { recursive: true });
    await page.screenshot({ path: '/tmp/shots/a.png', fullPage: true });
    console.log(await page.evaluate(() => document.body.innerText));
    expect(problems).toEqual([]);
  });
});
