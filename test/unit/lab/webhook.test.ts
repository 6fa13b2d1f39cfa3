import { expect, it, vi } from 'vitest';
import type { Notice, RunSummary } from '../../../main/api.ts';
import { openWebhook } from '../../../main/lab/runs/webhook.ts';
import { settingsSchema } from '../../../main/lab/settings/settings.ts';
import { experiment } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

type Request = NonNullable<Parameters<typeof openWebhook>[0]['request']>;

function opened(answer: () => Promise<{ status: number }>) {
  const store = openTestStore(temporaryFolder());
  const run = store.create(experiment({ name: 'deprune' }), 1);
  const sent: { url: string; body: { event: string; text: string; run: object } }[] = [];
  const notices: Notice[] = [];
  let settled: Promise<unknown> = Promise.resolve();
  const request = (url: string, { body }: { body: string }) => {
    sent.push({ url, body: JSON.parse(body) as (typeof sent)[number]['body'] });
    const answered = answer();
    settled = answered.catch(() => undefined);
    return answered;
  };
  const webhook = openWebhook({
    store,
    summary: (id) => ({ ...store.get(id), number: 1, bestAccuracy: 0.5 }) as unknown as RunSummary,
    address: () => 'https://hooks.example/secret',
    isOurs: () => true,
    notify: (notice) => notices.push(notice),
    log: vi.fn(),
    request: request as unknown as Request,
  });
  const become = async (status: Parameters<typeof store.setStatus>[1]): Promise<void> => {
    store.setStatus(run.id, status);
    webhook.look();
    await settled;
    await Promise.resolve();
  };
  return { become, sent, notices };
}

it('tells of a run that ended, once', async () => {
  const { become, sent } = opened(() => Promise.resolve({ status: 200 }));
  await become('running');
  expect(sent).toEqual([]);
  await become('finished');
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    url: 'https://hooks.example/secret',
    body: { event: 'run-finished', text: 'deprune (run 1) has finished', run: { bestAccuracy: 0.5 } },
  });
});

it('says once that it cannot, and not the whole address', async () => {
  const { become, notices } = opened(() => Promise.reject(new Error('refused')));
  for (const status of ['running', 'failed', 'queued', 'running', 'failed'] as const) await become(status);
  await vi.waitFor(() => expect(notices).toHaveLength(1));
  expect(notices[0].text).toContain('https://hooks.example was not told that runs ended: refused');
  expect(notices[0].text).not.toContain('secret');
});

it('takes https, or an address of this machine', () => {
  const takes = (webhook: string) => settingsSchema.safeParse({ webhook }).success;
  expect(['', 'https://x.org/hook', 'http://127.0.0.1:9/x', 'http://localhost:9'].map(takes)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['http://x.org', 'ftp://x.org', 'x', 'https://', 'http://127.0.0.1.x.org'].map(takes)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
