import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../../main/api.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { runStatuses } from '../../../../main/runs/store/run.ts';
import { choiceLabel, fieldLabel } from '../../../../renderer/pages/design/fields.ts';
import { engineFacts, engineNamesOf } from '../../../../renderer/pages/run/engine-facts.ts';
import { experimentFields } from '../../../../renderer/pages/run/experiment-fields.ts';
import { filterLog, logText } from '../../../../renderer/pages/run/log-filter.ts';
import { actionsFor, statusNote } from '../../../../renderer/pages/run/status.ts';
import { fakeRuns } from '../../../support/fake-entries.ts';

describe('the settings of a run', () => {
  it('come with those that differ from the defaults of their method first', () => {
    const experiment = parseExperiment({ method: 'prune', split: { layer: 9 }, threads: 2, link: 'lte' });
    const fields = experimentFields(experiment, parseExperiment({ method: 'prune' }));
    expect(fields.slice(0, 4)).toEqual([
      { path: 'split.layer', label: fieldLabel('split.layer'), value: '9', preset: '5' },
      { path: 'link', label: 'Link', value: choiceLabel('link', 'lte'), preset: 'none' },
      { path: 'threads', label: 'Threads', value: '2', preset: 'all cores' },
      expect.objectContaining({ preset: null }),
    ]);
    expect(fields.find(({ path }) => path === 'phases')?.value).toBe('full × 6, 32 × 3, 4 × 3');
    expect(new Set(fields.map(({ path }) => path)).size).toBe(fields.length);
  });

  it('list what one side has as a whole once', () => {
    const plain = parseExperiment({ method: 'plain-split', split: { module: null } });
    const fields = experimentFields(plain, parseExperiment({}));
    const own = fields.filter(({ path }) => path.startsWith('split.module'));
    expect(own).toMatchObject([{ path: 'split.module', value: 'none' }]);
  });

  it('are shown without a mark while the defaults are not known', () => {
    const fields = experimentFields(parseExperiment({ threads: 2 }), null);
    expect(fields.every(({ preset }) => preset === null)).toBe(true);
  });
});

describe('a log', () => {
  const lines: LogLine[] = [
    { at: 0, level: 'info', event: 'started', text: 'on the cpu' },
    { at: 1000, level: 'warning', event: 'reconnecting', text: 'the server does not answer' },
    { at: 2000, level: 'error', event: 'failed', text: 'the disk is full' },
  ];

  it('is filtered by level and words', () => {
    expect(filterLog(lines, 'warning', '')).toEqual(lines.slice(1));
    expect(filterLog(lines, 'info', 'Server answer')).toEqual([lines[1]]);
    expect(filterLog(lines, 'error', 'server')).toEqual([]);
  });

  it('can be copied', () => {
    expect(logText(lines.slice(0, 1))).toBe('1970-01-01T00:00:00.000Z  info  started  on the cpu');
  });
});

describe('the status of a run', () => {
  const run = {
    error: null,
    startedAt: 0,
    epochsDone: 1,
    epochsTotal: 9,
    progress: null,
    elsewhere: false,
    server: null,
  };
  const noQueue = { ahead: 0, running: 0 };

  it('names what computes, once where that is the same for both halves', () => {
    const cpu = 'cpu · EPYC, OpenBLAS';
    expect(engineFacts({ engine: null, serverEngine: null })).toEqual(['no engine yet']);
    expect(engineFacts({ engine: cpu, serverEngine: null })).toEqual([cpu]);
    expect(engineFacts({ engine: cpu, serverEngine: cpu })).toEqual([cpu]);
    const both = { engine: cpu, serverEngine: 'webgpu · Radeon, Dawn' };
    expect(engineFacts(both)).toEqual([`clients: ${cpu}`, 'server: webgpu · Radeon, Dawn']);
    expect(engineNamesOf(both)).toEqual({ Client: 'cpu', Server: 'webgpu' });
  });

  it('says why a run waits', () => {
    const text = (ahead: number, running: number): string | undefined =>
      statusNote({ ...run, status: 'queued' }, { ahead, running })?.text;
    expect(text(2, 1)).toBe('2 queued runs go before it.');
    expect(text(0, 1)).toMatch(/^It starts when the run in training ends or pauses/);
    expect(text(0, 0)).toBe('It starts in a moment.');
  });

  it('tells one that waits to go on from one that has not begun', () => {
    const queued = { ...run, status: 'queued', progress: fakeRuns()[0].progress } as const;
    expect(queued.progress).not.toBeNull();
    expect(statusNote(queued, { ahead: 0, running: 2 })).toMatchObject({
      title: 'Waiting to go on',
      text: expect.stringMatching(/^It goes on when one of the runs in training ends/) as string,
    });
    expect([actionsFor(queued).pause, actionsFor({ ...queued, progress: null }).pause]).toEqual([true, false]);
  });

  it('tells one that a terminal starts from one that the lab starts', () => {
    const queued = { ...run, status: 'queued', elsewhere: true } as const;
    expect(statusNote(queued, { ahead: 0, running: 1 })?.title).toBe('Waiting for a terminal');
    expect(actionsFor(queued)).toMatchObject({ resume: true, stop: true });
    expect(actionsFor({ ...queued, elsewhere: false }).resume).toBe(false);
  });

  it('gives the reason of a failure, the way on, and the pages that help', () => {
    const failed = { ...run, status: 'failed', error: 'The disk is full. Free 2 GB.' } as const;
    const note = statusNote(failed, noQueue);
    expect(note).toMatchObject({ tone: 'bad', title: 'Failed', text: 'The disk is full. Free 2 GB.' });
    expect(note?.advice).toMatch(/Resume goes on from its last checkpoint/);
    expect(statusNote({ ...failed, epochsDone: 0 }, noQueue)?.advice).toMatch(/Resume begins it anew/);
    const server = { url: 'wss://gpu:4450', needed: true };
    const unreachable = statusNote({ ...failed, error: 'Cannot reach wss://gpu:4450: refused.', server }, noQueue);
    expect(unreachable?.advice).toMatch(/It asks for the token of the offload server at wss:\/\/gpu:4450/);
    expect(note?.advice).not.toMatch(/server/);
    const ways = (error: string | null) => statusNote({ ...failed, error }, noQueue)?.ways.map(({ label }) => label);
    expect(ways('The disk is full.')).toEqual(['See the log']);
    expect(ways('Data set "cifar10" is not here yet.')).toEqual(['See the log', 'Data sets']);
    expect(ways('The cuda engine is not available: no card.')).toEqual(['See the log', 'Engines']);
    expect(ways(null)).toEqual(['See the log']);
  });

  it('says of a stopped run whether it ever began', () => {
    const stopped = { ...run, status: 'stopped' } as const;
    expect(statusNote(stopped, noQueue)?.text).toMatch(/1 epoch of 9 are done. Resume goes on/);
    expect(statusNote({ ...stopped, startedAt: null }, noQueue)?.text).toMatch(/taken off the queue/);
    const unstarted = { ...stopped, startedAt: null, error: 'Run 3 could not be started.' };
    expect(statusNote(unstarted, noQueue)).toMatchObject({ tone: 'bad', title: 'Not started', text: unstarted.error });
  });

  it('offers to resume exactly the runs that ended before their time', () => {
    expect(runStatuses.filter((status) => actionsFor({ ...run, status }).resume)).toEqual([
      'stopped',
      'failed',
      'interrupted',
    ]);
  });
});
