import { describe, expect, it } from 'vitest';
import type { Group } from '../../../../main/processes/run/group.ts';
import { newMember, type Member } from '../../../../main/processes/run/member.ts';
import type { SourceRecords } from '../../../../main/processes/run/records.ts';
import { seeThrough } from '../../../../main/processes/run/see-through.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';

const nothing = (): void => undefined;
const records: SourceRecords = { add: nothing, flush: nothing, measured: nothing, rewind: nothing, skip: nothing };
const never = new Promise<never>(() => undefined);

/** A group whose sources are these, and which the test ends. */
function played(...changes: readonly Partial<Member>[]) {
  let end: () => void = nothing;
  const done = new Promise<void>((resolve) => (end = resolve));
  const members = changes.map((change, index): Member => ({ ...newMember(index), ...change }));
  const group: Group = {
    done,
    members,
    held: () => null,
    pause: nothing,
    proceed: nothing,
    stop: nothing,
    kill: () => done,
  };
  return { group, end };
}

async function execution() {
  const store = openTestStore(temporaryFolder());
  const run = store.create(experiment(), 1);
  const logged: string[] = [];
  return { logged, session: await takeUp(store, run, (event) => void logged.push(event)) };
}

describe('a run whose sources are lost', () => {
  it('goes on without some of them', async () => {
    const { group, end } = played({ stage: 'ended' }, { stage: 'dropped' });
    const run = seeThrough((await execution()).session, records, [group]);
    end();
    await run;
  });

  it('fails when it has lost all, with the reason of the first', async () => {
    const failure = new Error('no images here');
    const groups = [played({ stage: 'dropped', failure }), played({ stage: 'dropped' })];
    const { session } = await execution();
    const run = seeThrough(
      session,
      records,
      groups.map(({ group }) => group),
    );
    for (const { end } of groups) end();
    await expect(run).rejects.toMatchObject({
      code: 'source-died',
      message: `No data source could come to a checkpoint (no images here). Once that is mended: sluice resume ${session.run.id}`,
    });
  });
});

describe('what a run has besides its sources', () => {
  const lost = new Error('It died six times.');

  it.each(['own', 'links'] as const)('%s: the run fails when that cannot be kept running', async (which) => {
    const { group } = played({ stage: 'training' });
    const failed = Promise.reject(lost);
    const own = { failed: never, upSeconds: () => 0, kill: nothing };
    const processes = which === 'own' ? { own: { ...own, failed }, links: null } : { own, links: { failed } };
    await expect(seeThrough((await execution()).session, records, [group], processes)).rejects.toBe(lost);
  });

  /** How often the server is killed until the run has looked after it three times. */
  async function kills(lostForMs: number | null, upSeconds: number): Promise<number> {
    const { group, end } = played(
      { stage: 'training' },
      { stage: 'training', lostSince: lostForMs === null ? null : performance.now() - lostForMs },
    );
    let killed = 0;
    let looks = 0;
    const own = {
      failed: never,
      kill() {
        killed++;
      },
      upSeconds() {
        if (++looks === 3) end();
        return upSeconds;
      },
    };
    const { session, logged } = await execution();
    await seeThrough(session, records, [group], { own, links: null });
    expect(logged.filter((event) => event === 'server-stuck')).toHaveLength(killed);
    return killed;
  }

  it('kills a server that a source cannot reach for a quarter of a minute, once it had as long to come up', async () => {
    const [out, ...reached] = await Promise.all([
      kills(17_000, 16),
      kills(17_000, 14),
      kills(5_000, 60),
      kills(null, 60),
    ]);
    expect(out).toBeGreaterThan(0);
    expect(reached).toEqual([0, 0, 0]);
  });
});
