import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../main/api.ts';
import { isAlive } from '../support/is-alive.ts';
import { killHard, temporaryFolder } from '../support/run-store.ts';
import { joinSteps, letIn, openWindow, startLab, until, type TestWindow } from '../support/served-lab.ts';

/** Small and slow enough to be caught at work. */
const tiny: ExperimentInput = {
  name: 'tiny',
  dataset: { name: 'synthetic', trainSamples: 96, testSamples: 40 },
  model: { name: 'cnn', width: 0.25 },
  split: { layer: 3 },
  phases: [
    { budget: 2, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ],
  checkpointSteps: 3,
  threads: 1,
  processes: 'one',
};
const endless: ExperimentInput = {
  ...tiny,
  name: 'endless',
  method: 'full',
  phases: [{ budget: 'full', epochs: 500 }],
};

/** Reads all steps as a page does that watches the run. */
async function follow({ api, told }: TestWindow, id: string): Promise<() => ReturnType<typeof joinSteps>> {
  await api.watch([id]);
  const read = [await api.steps(id, 0)];
  const before = told.steps.length;
  while (read.at(-1)!.more) read.push(await api.steps(id, read.at(-1)!.row));
  return () => joinSteps([...read, ...told.steps.slice(before).map(([, batch]) => batch)]);
}

/** The process that executes a run, as the lab noted it last. */
function executorOf(home: string, id: string): number {
  const notes = readFileSync(join(home, 'lab.log'), 'utf8').matchAll(/run (\S+) is executed by process (\d+)/g);
  return Number([...notes].findLast(([, run]) => run === id)![2]);
}

describe('the lab, served', { timeout: 60_000 }, () => {
  it('launches a run and lets two windows follow it to its end', async () => {
    const { port, link } = await startLab(temporaryFolder());
    const session = await letIn(link);
    const first = await openWindow(port, session);
    const second = await openWindow(port, session);
    expect(await first.api.hello()).toMatchObject({ host: 'browser', protocol: 3 });
    expect(await first.api.runs()).toEqual([]);

    const [{ id }] = await first.api.launch([tiny], 'tiny');
    const seen = await follow(first, id);
    await until('finished', () => first.status(id) === 'finished' && second.status(id) === 'finished');
    // 3 epochs of 6 batches; the second window watches nothing.
    await until('all steps', () => seen().steps.length === 18);
    expect(seen().steps).toEqual(Array.from({ length: 18 }, (_, i) => i));
    expect(second.told.steps).toEqual([]);
    await until('all epochs', () => first.told.epochs.at(-1)?.[1].epochs.length === 3);
    await until('the log', () => first.told.log.flatMap(([, { lines }]) => lines).at(-1)?.text === 'finished');

    const detail = await second.api.run(id);
    expect(detail).toMatchObject({
      epochsDone: 3,
      epochsTotal: 3,
      status: 'finished',
      progress: null,
      sent: [16, 16, 8],
    });
    expect(detail.bytesUp + detail.bytesDown).toBe(detail.plan!.bytesUp + detail.plan!.bytesDown);
    const gates = await second.api.gates(id, 0, 5);
    expect(gates).toMatchObject({ maps: 8, steps: Float64Array.of(0, 4, 9, 13, 17) });
    const keptAtFirst = Array.from({ length: 8 }, (_, map) => (gates.kept[0] >> map) & 1);
    expect(keptAtFirst.filter((bit) => bit === 1)).toHaveLength(2);
    expect((await second.api.exportRuns({ runs: [id], format: 'csv' })).data.length).toBeGreaterThan(100);
  });

  it('goes on with a run when the lab is killed, and with the lab when the run is killed', async () => {
    const home = temporaryFolder();
    let lab = await startLab(home);
    const session = await letIn(lab.link);
    const before = await openWindow(lab.port, session);
    const [{ id }] = await before.api.launch([endless], 'endless');
    await follow(before, id);
    await until('steps', () => before.told.steps.length > 1);
    await killHard(lab.process);

    lab = await startLab(home, lab.port);
    const window = await openWindow(lab.port, session);
    const seen = await follow(window, id);
    const count = seen().steps.length;
    await until('more steps', () => seen().steps.length > count + 5);
    expect(seen().steps).toEqual(Array.from(seen().steps.keys()));
    await until('progress', () =>
      window.told.runs.some(([runs]) => runs.some(({ progress }) => progress?.secondsLeft)),
    );

    await window.api.pause(id);
    await until('paused', () => window.status(id) === 'paused');
    await window.api.proceed(id);
    await until('running', () => window.status(id) === 'running');

    process.kill(executorOf(home, id), 'SIGKILL');
    await until('a notice', () => window.told.notice.some(([{ run }]) => run === id));
    const died = seen().steps.length;
    await until('steps anew', () => seen().steps.length > died + 5);
    expect(seen().steps).toEqual(Array.from(seen().steps.keys()));

    await window.api.stop(id);
    await until('stopped', () => window.status(id) === 'stopped');
    await window.api.resume(id);
    await until('running again', () => window.status(id) === 'running');
    const executor = executorOf(home, id);
    await window.api.delete([id]);
    await until('deleted', () => window.told.runs.some(([, deleted]) => deleted.includes(id)));
    await until('its process gone', () => !isAlive(executor));
    const ended = once(lab.process, 'exit');
    lab.process.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
