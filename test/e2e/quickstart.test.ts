import { once } from 'node:events';
import { expect } from 'vitest';
import { withChromium, test } from './support/fixtures.ts';
import { expectAccessible, forgiveAbsence, goTo } from './support/page.ts';

withChromium.describe('the quickstart of an empty lab', { timeout: 180_000 }, () => {
  test('is one click; its run can be watched, paused, survives its host and is stopped', async ({ lab, open }) => {
    const { page, problems } = await open();
    await page.getByRole('button', { name: 'Run the quickstart' }).click();
    const name = 'deprune';
    await page.getByRole('heading', { level: 1, name }).waitFor();

    await goTo(page, '/', 'Home');
    const card = page.getByRole('article', { name });
    await expect.poll(() => card.textContent(), { timeout: 60_000 }).toMatch(/epoch \d+ of \d+/);
    await expect.poll(() => card.textContent(), { timeout: 60_000 }).toMatch(/[\d.]+ [kMG]B/);
    await expectAccessible(page);

    await card.getByRole('button', { name: `Pause ${name}` }).click();
    await expect.poll(() => card.textContent(), { timeout: 30_000 }).toMatch(/paused/i);

    // Without a word to anybody: what the window asked of it is gone, the run is not.
    lab.process.kill('SIGKILL');
    await once(lab.process, 'exit');
    await page.getByRole('status').filter({ hasText: /lab/i }).first().waitFor();
    await lab.restart();
    await card.getByRole('button', { name: `Continue ${name}` }).click({ timeout: 30_000 });
    // The next run has taken its turn.
    await expect.poll(() => card.textContent(), { timeout: 60_000 }).toMatch(/waits to go on/);
    await page.getByRole('button', { name: 'Stop full budget after a checkpoint' }).click();
    await expect.poll(() => card.textContent(), { timeout: 60_000 }).toMatch(/running/i);
    forgiveAbsence(problems);

    await card.getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByRole('tab', { name: 'Charts' }).waitFor();
    await expectAccessible(page);

    await goTo(page, '/', 'Home');
    for (const stop of ['Take ', 'Stop ']) {
      const buttons = page.getByRole('article').getByRole('button', { name: stop });
      while ((await buttons.count()) > 0) {
        const before = await buttons.count();
        await buttons.last().click();
        await expect.poll(() => buttons.count(), { timeout: 30_000 }).toBeLessThan(before);
      }
    }
    await expect
      .poll(() =>
        page
          .getByRole('row')
          .filter({ hasText: /stopped/i })
          .count(),
      )
      .toBeGreaterThan(0);
  });
});
