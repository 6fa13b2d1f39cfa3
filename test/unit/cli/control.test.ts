import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createProgram } from '../../../main/cli/program.ts';
import { notePlace } from '../../../main/processes/run/place.ts';
import { openDatabase } from '../../../main/runs/store/database.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { lockRun } from '../../../main/runs/life/lock.ts';
import { temporaryHome } from '../../support/home.ts';
import { experiment } from '../../support/run-records.ts';

const home = temporaryHome();

/** What a command prints. */
async function sluice(...args: string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await (await createProgram(args[0])).parseAsync(['node', 'sluice', ...args]);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

/** Three runs launched as `figure`: finished, running, paused; and one more, queued. Somebody executes the first ones. */
function launched() {
  const store = openStore(home);
  onTestFinished(() => {
    for (const { id } of store.list()) store.delete(id);
    store.close();
  });
  const ids = [1, 2, 3].map((seed) => store.create(experiment({ name: 'x' }), seed, 'figure@2026').id);
  const queued = store.create(experiment({ name: 'y' }), 1).id;
  for (const id of ids) store.setStatus(id, 'running');
  store.setStatus(ids[0], 'finished');
  store.setStatus(ids[2], 'paused');
  const locks = ids.slice(1).map((id) => lockRun(store.folder(id), 0)!);
  onTestFinished(() => locks.forEach((lock) => lock.release()));
  return { store, ids, queued };
}

describe('resume', () => {
  it('without the token that a run needs leaves it stopped, and those named with it', async () => {
    const { store, queued } = launched();
    const { id } = store.create(experiment({ name: 'z' }), 1);
    notePlace(store.folder(id), { url: 'wss://gpu:4450' });
    mkdirSync(join(store.folder(id), 'checkpoint', '000001'), { recursive: true });
    writeFileSync(join(store.folder(id), 'checkpoint', '000001', 'checkpoint.json'), '{}');
    for (const run of [id, queued]) store.setStatus(run, 'stopped');
    await expect(sluice('resume', queued, id)).rejects.toMatchObject({ code: 'server-missing' });
    expect([queued, id].map((run) => store.get(run).status)).toEqual(['stopped', 'stopped']);
  });
});

describe('stop, pause and continue', () => {
  it('take what was launched, and leave those runs of it alone that are over', async () => {
    const { store, ids } = launched();
    expect(await sluice('pause', 'figure')).toBe(
      ids
        .slice(1)
        .map((id) => `Run ${id} pauses after its current step.\n`)
        .join(''),
    );
    expect(ids.map((id) => store.wanted(id))).toEqual(['run', 'pause', 'pause']);
    await sluice('continue', 'figure');
    expect(ids.map((id) => store.wanted(id))).toEqual(['run', 'run', 'run']);
    await sluice('stop', 'figure');
    expect(ids.map((id) => store.wanted(id))).toEqual(['run', 'stop', 'stop']);
  });

  it('keep what has not begun from beginning, and let it', async () => {
    const { store, queued } = launched();
    expect(await sluice('pause', queued)).toBe(`Run ${queued} does not begin before it is continued.\n`);
    expect([store.get(queued).status, store.wanted(queued)]).toEqual(['queued', 'pause']);
    expect(await sluice('continue', queued)).toBe(`Run ${queued} begins when its turn comes.\n`);
    expect(store.wanted(queued)).toBe('run');
  });

  it('take several references, ranges among them', async () => {
    const { store, ids, queued } = launched();
    const [first, last] = [Number.parseInt(ids[0], 10), Number.parseInt(ids[2], 10)];
    expect(await sluice('stop', `${first}..${last}`, queued)).toContain(`Run ${queued} is stopped.`);
    expect(ids.map((id) => store.wanted(id))).toEqual(['run', 'stop', 'stop']);
    expect(store.get(queued).status).toBe('stopped');
  });

  it('refuse a single run that it is not for, and do nothing where none is', async () => {
    const { ids, queued } = launched();
    await expect(sluice('pause', ids[0])).rejects.toMatchObject({ code: 'run-status' });
    await expect(sluice('stop', 'figur')).rejects.toThrow(/Did you mean "figure"/);
    await expect(sluice('pause')).rejects.toThrow(/Several runs are under way/);
    await sluice('stop', queued);
    expect(await sluice('continue', ids[0], queued)).toMatch(/there is nothing to continue/);
  });
});

describe('adopt', () => {
  /** A run whose row is gone. */
  function orphan(): string {
    const { store, queued } = launched();
    const lost = openDatabase(join(home, 'sluice.db'));
    lost.run('DELETE FROM runs WHERE id = ?', queued);
    lost.close();
    expect(store.strayFolders()).toEqual([store.folder(queued)]);
    return queued;
  }

  it('shows the folders without a run, as does list, and puts their runs back', async () => {
    const id = orphan();
    const noted = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await sluice('list');
    expect(noted.mock.calls.join('')).toContain('A folder is without a run here: sluice adopt');
    noted.mockRestore();
    expect(await sluice('adopt')).toMatch(new RegExp(`${id} +y +1 .*To get them back: sluice adopt --all`, 's'));
    expect(await sluice('adopt', '--all')).toBe(`${id}: stopped, with 0 steps.\n`);
    expect(await sluice('adopt')).toBe('No folder is without its run.\n');
  });

  it('wants either names or all', async () => {
    const id = orphan();
    await expect(sluice('adopt', id, '--all')).rejects.toMatchObject({ code: 'bad-usage' });
    await expect(sluice('adopt', 'nothing')).rejects.toMatchObject({ code: 'run-unknown' });
    expect(await sluice('adopt', id)).toContain(`${id}: stopped`);
  });
});
