import { describe, expect } from 'vitest';
import { hasChromium, test } from './support/fixtures.ts';

describe.skipIf(!hasChromium)('with the keyboard alone', { timeout: 60_000 }, () => {
  test('the palette finds pages and commands', async ({ open }) => {
    const { page } = await open();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('engines');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Engines' }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('every control can be reached in turn, and shows that it has the focus', async ({ open }) => {
    const { page } = await open();
    const reached: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        const seen = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
        return { name: element.getAttribute('aria-label') ?? element.textContent.trim(), seen };
      });
      if (focused === null) break;
      expect([focused.name, focused.seen]).toEqual([focused.name, true]);
      reached.push(focused.name);
    }
    for (const name of ['Home', 'Design', 'Compare', 'Server', 'Data', 'Engines', 'Settings']) {
      expect(reached).toContainEqual(expect.stringContaining(name));
    }
    expect(reached).toContainEqual(expect.stringMatching(/quickstart/i));
  });

  test('the rail leads to a page', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('link', { name: 'Data', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Data' }).waitFor();
  });
});
