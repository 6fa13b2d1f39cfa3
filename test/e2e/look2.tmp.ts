import { launchChromium } from './support/chromium.ts';
import { openPage } from './support/page.ts';
const browser = await launchChromium();
const context = await browser.newContext();
const url = 'http://127.0.0.1:4199/#/models';
for (const [theme, width] of [['light', 900], ['dark', 1440]] as const) {
  const { page } = await openPage(context, url, { theme, width, height: 800 });
  await page.getByText('cifar-cut-8').first().waitFor();
  await page.getByRole('button', { name: 'From a run' }).click();
  await page.waitForTimeout(600);
  await page.screenshot({ path: `/tmp/look-add-${theme}.png` });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Import' }).click();
  await page.waitForTimeout(600);
  await page.screenshot({ path: `/tmp/look-import-${theme}.png` });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More for cifar-cut-5' }).click();
  await page.waitForTimeout(400);
  await page.screenshot({ path: `/tmp/look-menu-${theme}.png` });
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Latency' }).click();
  await page.waitForTimeout(600);
  await page.getByRole('button', { name: 'More for Accuracy of every pair' }).click();
  await page.getByRole('menuitem', { name: /Export chart/ }).click();
  await page.waitForTimeout(900);
  await page.screenshot({ path: `/tmp/look-export-${theme}.png` });
  await page.close();
}
await browser.close();
