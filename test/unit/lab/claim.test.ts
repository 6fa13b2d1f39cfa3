import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLab } from '../../../main/lab/lab.ts';
import { claimServing } from '../../../main/lab/web/claim.ts';
import { serveLab } from '../../../main/lab/web/serve-lab.ts';
import { closing } from '../../support/closing.ts';
import { temporaryHome } from '../../support/home.ts';

const home = temporaryHome();

/** The claim, where it is to be had. */
async function claimed() {
  const serving = await claimServing(home, 0);
  if ('link' in serving) throw new Error('Another lab serves.');
  return serving.claim;
}

it('of labs that are started at once one serves, and the others say where', async () => {
  const folder = join(home, 'window');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), '<!doctype html>window');
  const claim = await claimed();
  closing({ close: () => claim.release() });
  // Both come before the first has written down where it is.
  const others = [claimServing(home), claimServing(home)];
  const lab = closing(openLab());
  const served = closing(await serveLab(lab, { port: 0, folder }));
  for (const other of others) {
    expect(await other).toEqual({ link: expect.stringContaining(`:${served.port}/?token=`) as string });
  }
});

it('one that does not come to serve is told of, and what it leaves is free', async () => {
  const claim = await claimed();
  await expect(claimServing(home, 0)).rejects.toMatchObject({ code: 'lab-silent' });
  claim.release();
  (await claimed()).release();
});
