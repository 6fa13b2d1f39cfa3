import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { withChromium, test } from './support/fixtures.ts';
import { goTo, pages } from './support/page.ts';
import { expectStatus, patient } from './support/runs.ts';

/** Presses Tab until the control of this name has the keyboard. */
async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key);
    const reached = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return (
        element?.getAttribute('aria-label') ?? element?.labels?.[0]?.innerText ?? element?.textContent.trim() ?? ''
      );
    });
    if (name.test(reached)) return;
  }
  throw new Error(`${key} does not lead to ${String(name)}.`);
}

/** What has the keyboard from one press of Tab to the next, until it leaves the page, and whether that can be seen. */
async function tabThrough(page: Page): Promise<{ name: string; seen: boolean }[]> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const reached: { name: string; seen: boolean }[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      // The frame of a field and the row of a table that is in turn are marked for what is in them.
      const active = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
      const seen = [element, element.parentElement, active].some((marked) => {
        if (!marked) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(marked);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      });
      const words = element.getAttribute('aria-label') ?? element.textContent.trim();
      return { name: words || element.outerHTML, seen };
    });
    if (focused === null) return reached;
    if (reached.push(focused) > 200) throw new Error('Tab does not leave the page.');
  }
}

async function type(page: Page, field: RegExp, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

withChromium.describe('with the keyboard alone', { timeout: 300_000 }, () => {
  test('an experiment is designed and launched, and its runs compared', async ({ open }) => {
    const { page } = await open();
    await heading(page, 'Home');
    await tabTo(page, /^Design an experiment/);
    await page.keyboard.press('Enter');
    await heading(page, 'Design');
    await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor();

    await type(page, /^Train images/, '96');
    await tabTo(page, /^Network/);
    await page.keyboard.press('Enter');
    await page.keyboard.type('cnn');
    await page.keyboard.press('Enter');
    await type(page, /^Width/, '0.25');
    const cut = page.getByRole('slider', { name: 'Split layer' });
    const before = await cut.getAttribute('aria-valuetext');
    await tabTo(page, /^Split layer$/);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => cut.getAttribute('aria-valuetext')).not.toBe(before);
    await tabTo(page, /^End of phase 1$/);
    await page.keyboard.press('Home');
    await tabTo(page, /^End of phase 2$/);
    await page.keyboard.press('Home');
    await tabTo(page, /^Seeds/);
    await page.keyboard.type('2 ');
    await page.getByRole('status').filter({ hasText: 'Ready' }).waitFor();
    expect(await page.getByText(/^2 runs · [\d.]+ [kM]B/).count()).toBe(1);
    await page.keyboard.press('ControlOrMeta+Enter');
    await heading(page, 'Compare');

    await page.keyboard.press('ControlOrMeta+Alt+1');
    await heading(page, 'Home');
    await expect
      .poll(() => page.getByRole('row').filter({ hasText: 'finished' }).count(), { timeout: 200_000 })
      .toBe(2);
    await tabTo(page, /^Runs$/);
    await page.keyboard.press('Enter');
    await expectStatus(page, 'finished');
    await page.keyboard.press('ControlOrMeta+Alt+1');
    await heading(page, 'Home');
    await tabTo(page, /^Runs$/);
    for (const key of ['Space', 'ArrowDown', 'Space']) await page.keyboard.press(key);
    await page.getByText('2 selected').waitFor();
    await tabTo(page, /^Compare$/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'Compare');
    await page.getByRole('figure').first().waitFor();
  });

  test('the palette finds pages and commands', async ({ open }) => {
    const { page } = await open();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('engines');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Engines' }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('what the rail and the table leave out is one press away', async ({ open }) => {
    const { page } = await open();
    await heading(page, 'Home');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Filter runs');
  });

  test('every control of every page can be reached in turn, and shows that it has the focus', async ({ open }) => {
    const { page } = await open();
    for (const [route, name] of pages) {
      await goTo(page, route, name);
      await expect.poll(() => page.locator('[aria-busy="true"]').count(), patient).toBe(0);
      const reached = await tabThrough(page);
      expect([name, ...reached.filter(({ seen }) => !seen)]).toEqual([name]);
      for (const [, link] of pages) expect(reached).toContainEqual({ name: link, seen: true });
    }
  });

  test('the rail leads to a page', async ({ open }) => {
    const { page } = await open();
    await page.getByRole('link', { name: 'Data', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Data' }).waitFor();
  });
});
