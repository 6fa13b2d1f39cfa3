import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from '../../errors.ts';
import { executorElsewhere } from './executor.ts';
import { beatText, heartbeatFile, type HeartbeatData } from './heartbeat.ts';

/**
 * Makes this machine the one that executes a run, with the first beat; null when another was quicker. To be called with
 * the run's lock, which need not hold between machines that share its folder: of several that come at the same instant
 * one makes the heartbeat file, and the others see that it is there.
 */
export function claimRun(runFolder: string, host = hostname()): HeartbeatData | null {
  const file = heartbeatFile(runFolder);
  const claim: HeartbeatData = { file, host, pid: process.pid, startedAt: new Date().toISOString() };
  if (makeBeat(claim)) return claim;
  if (executorElsewhere(runFolder, { host })) return null;
  // Of a process that died. Whoever else thinks so takes it away, too, and may by now have put its own there.
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return makeBeat(claim) ? claim : null;
  }
  if (executorElsewhere(runFolder, { host, file: aside })) {
    if (!existsSync(file)) renameSync(aside, file);
    return null;
  }
  rmSync(aside, { force: true });
  return makeBeat(claim) ? claim : null;
}

/** Whether the heartbeat file was not there and is now. That it cannot be written is no reason not to execute a run. */
function makeBeat(claim: HeartbeatData): boolean {
  try {
    writeFileSync(claim.file, beatText(claim, 0), { flag: 'wx' });
    return true;
  } catch (error) {
    const exists = codeOf(error) === 'EEXIST';
    return !exists || statSync(claim.file, { throwIfNoEntry: false })?.isFile() === false;
  }
}
