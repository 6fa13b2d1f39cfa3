import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let opened: { close(): unknown }[] = [];

/** Done after each test (after-each.ts). */
export async function closeOpened(): Promise<void> {
  for (const one of opened.reverse()) await one.close();
  opened = [];
}

/** Closes something when the test is over, last opened first. */
export function closing<T extends { close(): unknown }>(one: T): T {
  opened.push(one);
  return one;
}

/** A new folder that goes when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-offload-'));
  closing({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}
