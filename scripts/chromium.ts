/** Finds a Chromium for the end-to-end tests, or installs Playwright's own. Without one these tests are skipped. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findChromium } from '../test/e2e/support/chromium.ts';

if (!findChromium()) {
  console.log('No Chromium found: installing one for the end-to-end tests.');
  const playwright = dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
  const system = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : [];
  spawnSync(process.execPath, [join(playwright, 'cli.js'), 'install', ...system, '--no-shell', 'chromium'], {
    stdio: 'inherit',
    timeout: 300_000,
  });
}
console.log(`Chromium: ${findChromium() ?? 'none, the end-to-end tests are skipped'}`);
