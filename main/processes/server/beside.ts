import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerBeside } from '../../planning/measure.ts';
import type { TimesRequest } from '../../planning/known-times.ts';
import { startServerProcess } from './start.ts';

/** An offload server in a process of its own that keeps nothing once it is closed. Throws what startServerProcess throws. */
export async function startServerBeside({
  engine,
  threads,
}: Pick<TimesRequest, 'engine' | 'threads'>): Promise<ServerBeside> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-plan-'));
  const forget = (): void => rmSync(home, { recursive: true, force: true });
  try {
    const { url, token, close } = await startServerProcess({
      home,
      engine,
      sessionBytes: Infinity,
      ...(threads === undefined ? {} : { threads }),
    });
    return { url, token, close: () => close().finally(forget) };
  } catch (error) {
    forget();
    throw error;
  }
}
