import { describe, expect } from 'vitest';
import { hasChromium, test } from './support/fixtures.ts';
import { expectAccessible, goTo, pages, type Theme } from './support/page.ts';

describe.skipIf(!hasChromium)('every page of an empty lab', { timeout: 60_000 }, () => {
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

  test('lets nobody in without its link', async ({ lab, browser, open }) => {
    const { page } = await open();
    const inside = await page.evaluate(async () => (await fetch('/')).status);
    expect(inside).toBe(200);
    const outside = await browser.browser()!.newContext();
    const response = await outside.request.get(new URL('/', lab.url).href);
    expect(response.status()).toBe(401);
    const again = await outside.request.get(lab.url);
    expect(again.status()).toBe(401);
    await outside.close();
  });
});
