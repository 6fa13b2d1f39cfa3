import { launchChromium } from './support/chromium.ts';
import { openPage } from './support/page.ts';
const browser = await launchChromium();
const context = await browser.newContext();
const url = process.argv[2] ?? 'http://127.0.0.1:4199/#/models';
for (const [theme, width] of [['light', 900], ['dark', 900], ['light', 1440], ['dark', 1440]] as const) {
  const { page, problems } = await openPage(context, url, { theme, width, height: 960 });
  await page.getByText('cifar-cut-8').first().waitFor();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `/tmp/look-${theme}-${width}.png` });
  await page.locator('.page-body').evaluate((e) => e.scrollTo(0, 10000));
  await page.waitForTimeout(500);
  await page.screenshot({ path: `/tmp/look-${theme}-${width}-end.png` });
  console.log(theme, width, problems, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth));
  await page.close();
}
await browser.close();
