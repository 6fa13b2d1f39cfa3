import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../main/processes/child.ts';
import { startLinks } from '../../main/processes/link/start.ts';
import { startOffloadServer } from '../../main/offload/server/server.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import type { SharedLink } from '../../main/runs/experiment/experiment.ts';
import type { Step } from './testbed-case.ts';
import type { SourceTask } from './testbed-source.ts';
import { idleHalf } from '../../main/planning/idle-half.ts';

export interface DevicesOptions extends Omit<SourceTask, 'server' | 'run' | 'source'> {
  readonly serverSeconds: number;
  readonly link: SharedLink;
}

/**
 * Devices, their server and the network between them: processes, protocol and bytes are real, the link is emulated, and
 * computing is what it was found to take on the device, so that this machine's cores are not what all of them share.
 */
export async function runDevices({ serverSeconds, link, ...task }: DevicesOptions): Promise<Step[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-testbed-'));
  const token = newToken();
  const server = await startOffloadServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'bench',
    engine: 'test',
    models: ['vgg11'],
    checkpoints: folder,
    open: () => Promise.resolve(idleHalf(() => sleep(1000 * serverSeconds))),
  });
  const { shared, ...rates } = link;
  const target = { host: '127.0.0.1', port: Number(new URL(server.url).port) };
  const links = await startLinks({ target, link: rates, shared, count: task.sources, seed: 1 });
  const run = newToken();
  const sources = links.addresses.map(({ host, port }, source) =>
    stepsOf({ ...task, run, source, server: { url: `ws://${host}:${port}`, token } }),
  );
  try {
    return (await Promise.all(sources)).flat();
  } finally {
    await links.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

async function stepsOf(task: SourceTask): Promise<Step[]> {
  let steps: Step[] | null = null;
  const child = startChild<SourceTask>(import.meta.url, './testbed-source.ts', (message: Step[]) => (steps = message));
  child.send(task);
  const how = await child.gone;
  if (!steps) throw new Error(`Source ${task.source} died: ${how}.`);
  return steps;
}
