/**
 * Measures the window's charts in Chromium: 8 runs of 100,000 steps drawn, zoomed and updated live; `npm run bench:charts`.
 * Needs the Chromium that `npm run chromium` finds or fetches.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { chromium, type Page } from 'playwright-core';
import { createServer } from 'vite';
import type { ChartBench } from './charts/bench.ts';

declare global {
  var bench: ChartBench;
}

const [runs, steps] = [8, 100_000];
const root = fileURLToPath(new URL('../..', import.meta.url));
const server = await createServer({
  root,
  configFile: false,
  plugins: [vue()],
  logLevel: 'error',
  server: { port: 0 },
  // As the window is built: without Vue's checks for developers.
  mode: 'production',
  cacheDir: 'node_modules/.vite-bench',
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
});
await server.listen();
const executablePath = existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => process.stderr.write(`${error.stack ?? error.message}\n`));
  await page.goto(new URL('test/bench/charts/', server.resolvedUrls!.local[0]).href);
  await page.waitForFunction(() => 'bench' in globalThis);
  report(await measure(page));
  const picture = process.argv.find((argument) => argument.endsWith('.png'));
  if (picture) await page.screenshot({ path: picture });
} finally {
  await browser.close();
  await server.close();
}

interface Figures {
  readonly firstDrawMs: number;
  readonly zoomMedianMs: number;
  readonly zoomWorstMs: number;
  readonly liveOneRunShare: number;
  readonly liveAllShare: number;
}

async function measure(page: Page): Promise<Figures> {
  await page.evaluate(([count, length]) => bench.prepare(count, length), [runs, steps] as const);
  const firstDrawMs = await page.evaluate((length) => bench.draw(length), steps);
  const zooms = (await page.evaluate(() => bench.zoom(40))).sort((a, b) => a - b);
  const liveAllShare = await liveShare(page, steps / 2);
  await page.evaluate((length) => bench.prepare(1, length), steps);
  const liveOneRunShare = await liveShare(page, steps / 2);
  return {
    firstDrawMs,
    zoomMedianMs: zooms[zooms.length >> 1],
    zoomWorstMs: zooms[zooms.length - 1],
    liveOneRunShare,
    liveAllShare,
  };
}

/** Share of one core that the page takes while runs of so many steps go on at four updates a second. */
async function liveShare(page: Page, from: number): Promise<number> {
  await page.evaluate((length) => bench.draw(length), from);
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const busy = async (): Promise<number> => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime')!.value;
  };
  const [before, start] = [await busy(), performance.now()];
  await page.evaluate(() => bench.live(20, 4, 25));
  return ((await busy()) - before) / ((performance.now() - start) / 1000);
}

function report(figures: Figures): void {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ runs, steps, ...figures })}\n`);
    return;
  }
  const { firstDrawMs, zoomMedianMs, zoomWorstMs, liveOneRunShare, liveAllShare } = figures;
  const lines = [
    `${runs} runs of ${steps.toLocaleString('en')} steps each`,
    `first drawing            ${firstDrawMs.toFixed(0)} ms`,
    `zooming, median, worst   ${zoomMedianMs.toFixed(0)}, ${zoomWorstMs.toFixed(0)} ms`,
    `one run live at 4 Hz     ${(100 * liveOneRunShare).toFixed(1)} % of a core`,
    `all runs live at 4 Hz    ${(100 * liveAllShare).toFixed(1)} % of a core`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
