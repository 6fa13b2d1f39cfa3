import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServerProcess, type ServerProcess } from '../../main/processes/server/start.ts';
import type { JoinOptions } from '../../main/processes/run/network.ts';
import { createRun, eventsOf, execute, outcome, type Outcome } from '../support/network-runs.ts';
import { temporaryHome } from '../support/home.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';
import { launchChromium } from './support/chromium.ts';
import { withChromium } from './support/fixtures.ts';
import { openPage, type LabPage } from './support/page.ts';

// Browsers have no BLAS, whose sums have other last bits.
process.env['SLUICE_BLAS'] = 'none';

const home = temporaryHome();
const apart = { count: 2, serverHalf: 'own' as const };
const engine = 'cpu' as const;
type Gate = Parameters<JoinOptions['announce']>[0];

withChromium.describe('tabs of a browser in a run', { timeout: 180_000 }, () => {
  let browser: Browser;
  let server: ServerProcess;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startServerProcess({ home, engine, threads: 1 })]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const linkOf = ({ url, token }: Gate): string => `${url.replace(/^ws/, 'http')}/#join=${token}`;
  const openTab = async (gate: Gate): Promise<LabPage> =>
    openPage(await browser.newContext(), linkOf(gate), { width: 400 });

  /** A run for which all its sources come from elsewhere, as `join` has them come. */
  async function runWith(
    join: (gate: Gate) => Promise<void>,
    onStep?: (steps: number) => void,
  ): Promise<{ id: string; store: ReturnType<typeof openTestStore> }> {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources: apart, engine });
    let joining = Promise.resolve();
    const announce = (gate: Gate): void => void (joining = join(gate));
    const network = { offload: server, join: { count: 2, host: '127.0.0.1', port: 0, announce } };
    await execute(store, id, { network, ...(onStep ? { onStep } : {}) });
    await joining;
    return { id, store };
  }

  let processes: Promise<Outcome> | undefined;
  /** What the run comes to with processes as its sources, with the same kernels. */
  function withProcesses(): Promise<Outcome> {
    return (processes ??= (async () => {
      const store = openTestStore(temporaryFolder());
      const { id } = createRun(store, { sources: apart, engine });
      await execute(store, id, { network: { offload: server } });
      return outcome(store, id);
    })());
  }

  it('train to the same weights, bit for bit, as processes with the same kernels, though one is closed and comes back', async () => {
    const tabs: LabPage[] = [];
    let gate: Gate | undefined;
    let away: Promise<unknown> | undefined;
    const { store, id } = await runWith(
      async (given) => {
        gate = given;
        for (let i = 0; i < 2; i++) tabs.push(await openTab(given));
      },
      (steps) => {
        if (steps < 7 || away) return;
        away = tabs[1].page.close().then(async () => tabs.splice(1, 1, await openTab(gate!)));
      },
    );
    await away;
    expect(await outcome(store, id)).toEqual(await withProcesses());
    expect(eventsOf(store, id)).toContain('source-died');
    for (const { page, problems } of tabs) {
      await page.getByRole('status').filter({ hasText: 'The run is over' }).waitFor();
      expect(problems).toEqual([]);
    }
  });
});
