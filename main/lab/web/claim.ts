import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../errors.ts';
import { lockRun, type RunLock } from '../../runs/life/lock.ts';
import { linkToRunningLab } from './serve-lab.ts';

/** How long another lab may take to start. */
const startMs = 15_000;
const lookMs = 100;

/**
 * Serving a home folder to browsers is up to one lab: resolves to the claim that is held until it is released or this
 * process ends, or to a link to the lab that holds it, which may only just be starting. Throws `lab-silent` when that
 * does not answer.
 */
export async function claimServing(
  home: string,
  waitMs = startMs,
): Promise<{ readonly claim: RunLock } | { readonly link: string }> {
  const end = performance.now() + waitMs;
  for (;;) {
    const claim = lockRun(join(home, 'lab', 'served'), 0);
    if (claim) return { claim };
    const link = await linkToRunningLab(home);
    if (link !== null) return { link };
    if (performance.now() > end) {
      const message = `Another lab of ${home} is starting, and does not answer. Try again, or end its process.`;
      throw new SluiceError('lab-silent', message);
    }
    await sleep(lookMs);
  }
}
