import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installedElectron, obstacle } from '../../scripts/desktop.ts';
import { where } from '../support/where.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const executablePath = installedElectron();
const reason =
  obstacle({ platform: process.platform, env: process.env, user: process.getuid?.() }) ??
  (executablePath === undefined ? 'the Electron binary is not installed' : undefined);

/** Needs the binary ("npx install-electron") and a display; the shell without Electron is tested in test/unit. */
where(reason === undefined, 'no Electron').describe(`the desktop window${reason ? `, ${reason}` : ''}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'sluice-desktop-'));
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    const env = { ...process.env, SLUICE_HOME: home } as Record<string, string>;
    app = await _electron.launch({ executablePath: executablePath!, args: ['.'], cwd: root, env });
    page = await app.firstWindow();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  }, 60_000);

  afterAll(async () => {
    await app.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('shows the lab from its own scheme, in a sandbox without Node', async () => {
    expect(page.url()).toMatch(/^sluice:\/\/lab\//);
    await page.getByRole('button', { name: /quickstart/i }).waitFor();
    const seen = await page.evaluate(() => ({
      node: [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')],
      bridge: typeof Reflect.get(window, 'sluice'),
    }));
    expect(seen).toEqual({ node: ['undefined', 'undefined'], bridge: 'object' });
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0];
      return (webContents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
    });
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  });

  it('runs nothing that is not its own script', async () => {
    const policy = await page.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'));
    expect(policy).toMatch(/default-src 'none'; script-src 'self'/);
    // From a timer: what the test tool evaluates is itself exempt from the policy.
    const evaluated = await page.evaluate(
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            try {
              resolve(Reflect.apply(Reflect.get(window, 'eval') as (code: string) => unknown, undefined, ['1 + 1']));
            } catch (error) {
              resolve((error as Error).name);
            }
          });
        }),
    );
    expect(evaluated).toBe('EvalError');
    const remote = page.evaluate(() => fetch('https://example.org/').then(() => 'fetched'));
    await expect(remote).rejects.toThrow();
  });

  it('goes nowhere else, opens no other window and gets no permission', async () => {
    const before = page.url();
    await page.evaluate(() => {
      location.href = 'https://example.org/';
    });
    expect(await page.evaluate(() => window.open('https://example.org/') === null)).toBe(true);
    expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
    expect(page.url()).toBe(before);
    expect(app.windows()).toHaveLength(1);
  });

  it('has the commands of the page in its menu', async () => {
    const labels = await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
    expect(labels).toEqual(expect.arrayContaining(['File', 'Edit', 'View']));
    const commands = await app.evaluate(
      ({ Menu }) => Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []).length,
    );
    expect(commands).toBeGreaterThan(10);
  });

  it('finds its lab again after the host was killed', async () => {
    const hostPid = (): Promise<number | undefined> =>
      app.evaluate(({ app: electron }) => {
        const host = electron
          .getAppMetrics()
          .find(({ serviceName, name }) => [serviceName, name].includes('Sluice lab'));
        return host?.pid;
      });
    const before = await hostPid();
    process.kill(before!, 'SIGKILL');
    await expect.poll(hostPid, { timeout: 20_000 }).not.toBe(before);
    await page.evaluate(() => {
      location.hash = '#/engines';
    });
    await page.getByText(/cpu/i).first().waitFor({ timeout: 20_000 });
  });
});
