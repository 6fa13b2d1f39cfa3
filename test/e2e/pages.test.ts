import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { withChromium, test } from './support/fixtures.ts';
import { expectAccessible, goTo, openPage, pages, type Theme } from './support/page.ts';

withChromium.describe('every page of an empty lab', { timeout: 60_000 }, () => {
  test.for<Theme>(['light', 'dark'])('opens without an error and is accessible, %s', async (theme, { open }) => {
    const { page } = await open({ theme });
    const grounds = new Set<string>();
    for (const [route, heading] of pages) {
      await goTo(page, route, heading);
      await expectAccessible(page, theme);
      grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    const [ground] = grounds;
    expect(grounds.size).toBe(1);
    const brightness = Math.max(...(ground.match(/\d+/g) ?? []).slice(0, 3).map(Number));
    if (theme === 'dark') expect(brightness).toBeLessThan(64);
    else expect(brightness).toBeGreaterThan(192);
  });

  test.for<Theme>(['light', 'dark'])('is accessible in what opens on it, %s', async (theme, { open }) => {
    const { page } = await open({ theme });
    await goTo(page, '/data', 'Data');
    await page.getByRole('button', { name: 'Import' }).click();
    await expectAccessible(page, theme);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page, theme);
    await page.keyboard.press('Escape');
    await goTo(page, '/server', 'Offload server');
    await page.getByRole('textbox', { name: 'Port' }).fill('0');
    await page.getByRole('button', { name: 'Start the server' }).click();
    await page.getByRole('img', { name: 'The command as a QR code' }).waitFor();
    await expectAccessible(page, theme);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Start the server' }).waitFor();
  });

  test('fits a narrow window without scrolling sideways', async ({ open }) => {
    const { page } = await open({ width: 960, height: 640 });
    for (const [route, heading] of pages) {
      await goTo(page, route, heading);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect([heading, wider]).toEqual([heading, 0]);
    }
  });

  test('lets nobody in without its link', async ({ lab, browser }) => {
    const outside = await browser.browser()!.newContext();
    // The link has been used by the browser of these tests.
    for (const url of [lab.url, new URL('/', lab.url).href]) {
      const { page } = await openPage(outside, url);
      await page.getByText('This browser is not let in').waitFor();
    }
    await outside.close();
  });

  test('comes in again after a reload, with nothing in its address', async ({ lab, open }) => {
    const { page } = await open();
    await page.reload();
    await page.getByRole('link', { name: 'Engines', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Engines' }).waitFor();
    expect(page.url()).toBe(`${new URL(lab.url).origin}/#/engines`);
    await expect.poll(() => page.getByText('not let in').count()).toBe(0);
  });

  test('shows another port of this machine nothing, whatever page it serves', async ({ lab, browser }) => {
    const heard: string[] = [];
    const { origin } = new URL(lab.url);
    const stranger = createServer((request, response) => {
      heard.push(JSON.stringify(request.headers));
      response.setHeader('content-type', 'text/html');
      response.end(`<script>
        const known = document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage });
        const socket = new WebSocket('${origin.replace('http', 'ws')}/lab');
        socket.onclose = ({ code }) => (document.title = 'closed ' + code + ' ' + known);
      </script>`);
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`);
    await expect.poll(() => page.title()).toBe('closed 1006 {}');
    expect(heard.join()).not.toMatch(/cookie|authorization/i);
    expect(await browser.cookies()).toEqual([]);
    await page.close();
    stranger.close();
  });
});
