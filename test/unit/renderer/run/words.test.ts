import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../../main/api.ts';
import { parseExperiment } from '../../../../main/runs/parse.ts';
import { runStatuses } from '../../../../main/runs/run.ts';
import { choiceLabel, fieldLabel } from '../../../../renderer/pages/design/fields.ts';
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
  const run = { error: 'The disk is full. Free 2 GB.', engine: 'cpu', epochsDone: 1, epochsTotal: 9, progress: null };

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

  it('gives the reason of a failure and the way on', () => {
    const note = statusNote({ ...run, status: 'failed' }, { ahead: 0, running: 0 });
    expect(note).toMatchObject({ tone: 'bad', title: 'Failed', text: 'The disk is full. Free 2 GB.' });
    expect(note?.advice).toMatch(/resume goes on from the last checkpoint/);
    expect(note?.ways.map(({ label }) => label)).toEqual(['See the log']);
    const early = statusNote({ ...run, status: 'failed', engine: null, epochsDone: 0 }, { ahead: 0, running: 0 });
    expect(early?.advice).toMatch(/resume begins it anew/);
    expect(early?.ways.map(({ label }) => label)).toEqual(['See the log', 'Data sets', 'Engines']);
  });

  it('offers to resume exactly the runs that ended before their time', () => {
    expect(runStatuses.filter((status) => actionsFor({ ...run, status }).resume)).toEqual([
      'stopped',
      'failed',
      'interrupted',
    ]);
  });
});
