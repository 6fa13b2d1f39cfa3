import { describe, expect, it } from 'vitest';
import { bitRate, byteSize, counts, duration } from '../../../main/cli/arguments.ts';
import { experimentOf, type PlanOptions } from '../../../main/cli/plan-experiment.ts';
import { choicesCsv, choiceTable, sourcesTable } from '../../../main/cli/plan-tables.ts';
import { createProgram } from '../../../main/cli/program.ts';
import type { PlanChoices } from '../../../main/planning/choices.ts';
import { useHome } from '../../support/datasets.ts';

async function refused(...args: string[]): Promise<string> {
  useHome();
  const program = await createProgram('plan');
  const error: unknown = await program
    .parseAsync(['node', 'sluice', 'plan', ...args])
    .catch((failure: unknown) => failure);
  return (error as Error).message;
}

describe('sluice plan', () => {
  it('refuses what makes no sense before anything is timed', async () => {
    expect(await refused('vgg11', '--json', '--csv')).toMatch(/--json or --csv/);
    expect(await refused('vgg11', '--channel', '100mbit')).toMatch(/--channel is for a simulation: give --sources/);
    expect(await refused('vgg11', '--servers', '2')).toMatch(/--servers is for a simulation/);
    expect(await refused('vgg11', '--link', 'dsl')).toMatch(/--link is "dsl": expected wifi6, ethernet/);
    expect(await refused('vgg11', '--link', '15/0')).toMatch(/link/);
    expect(await refused('vgg12')).toMatch(/no preset "vgg12"/);
    expect(await refused('missing.json')).toMatch(/no file missing.json/);
    expect(await refused('figure-5', '--experiment', 'nothing')).toMatch(
      /--experiment is "nothing": expected one of "/,
    );
    expect(await refused('vgg11', '--small')).toMatch(/--small is for presets and files/);
    expect(await refused('vgg11', '--server', 'wss://gpu.example:4450')).toMatch(/needs the token/);
    expect(await refused('vgg11', '--set', 'dataset.name=nothing')).toMatch(/nothing/);
  });

  it('reads networks, links and settings', () => {
    const options: PlanOptions = { for: 'step', servers: 1 };
    expect(experimentOf('cnn', options)).toMatchObject({ model: { name: 'cnn' }, split: { layer: 3 }, link: null });
    const link = { up: 15, down: 40, rttMs: 45, jitterMs: 0, loss: 0 };
    expect(experimentOf('vgg11', { ...options, link: '15/40/45ms' }).link).toMatchObject(link);
    expect(experimentOf('vgg11', { ...options, link: '2/2' }).link).toMatchObject({ up: 2, rttMs: 0 });
    expect(experimentOf('vgg11', { ...options, link: 'lte', engine: 'cpu', threads: 1 })).toMatchObject({
      link: 'lte',
      engine: 'cpu',
      threads: 1,
    });
    expect(experimentOf('quickstart', { ...options, set: ['batchSize=8'] }).batchSize).toBe(8);
  });
});

describe('its options', () => {
  it('have their units', () => {
    expect([duration('50ms'), duration('0.2s')]).toEqual([0.05, 0.2]);
    expect([byteSize('800B'), byteSize('20kB'), byteSize('1.5MB')]).toEqual([800, 20e3, 1.5e6]);
    expect([bitRate('100mbit'), bitRate('1Gbit'), bitRate('56kbit')]).toEqual([100, 1000, 0.056]);
    expect(counts('1,10, 1000')).toEqual([1, 10, 1000]);
  });

  it('are refused without them', () => {
    const wrong: (() => unknown)[] = [
      () => duration('50'),
      () => duration('-1s'),
      () => byteSize('20'),
      () => byteSize('xkB'),
      () => bitRate('100'),
      () => bitRate('0mbit'),
      () => counts('1,0'),
    ];
    for (const read of wrong) expect(read).toThrow(/Expected/);
  });
});

const exchange = {
  bytesUp: 1000,
  bytesDown: 500,
  exact: true,
  client: 0.01,
  up: 0.02,
  server: 0.03,
  down: 0.04,
  seconds: 0.1,
};
const memory = { training: 2e6, inference: 1e6 };
const common = { after: 'conv, ReLU', sent: [8, 8, 64] as const, codecUp: 'int8', codecDown: 'int8', memory };
const plan: PlanChoices = {
  choices: [
    { ...common, layer: 2, budget: 4, step: exchange, request: exchange, within: true },
    { ...common, layer: 2, budget: null, step: { ...exchange, seconds: 0.2 }, request: exchange, within: true },
    { ...common, layer: 3, budget: 4, step: { ...exchange, seconds: 0.3 }, request: exchange, within: false },
  ],
  best: 0,
  bestOfBudgets: [0, 1],
  fastest: [0, 1, 2],
};

describe('its tables', () => {
  it('mark the best, the best of each budget, and what is beyond a limit', () => {
    const { columns, rows } = choiceTable(plan, 'step');
    expect(rows.map(([mark]) => mark)).toEqual(['**', '*', '>']);
    expect(rows[0]).toHaveLength(columns.length);
    expect(rows[0]).toContain('100 ms');
    expect(rows[0].at(-1)).toBe('2.00 MB');
    expect(choiceTable(plan, 'request').rows[0].at(-1)).toBe('1.00 MB');
  });

  it('are CSV with a line for every choice', () => {
    const [head, ...lines] = choicesCsv(plan);
    expect(lines).toHaveLength(3);
    expect(head.split(',')).toHaveLength(lines[1].split(',').length - 1);
    expect(lines[1]).toContain('"conv, ReLU",64,full,int8');
    expect(lines[0].endsWith('true,true,true')).toBe(true);
    expect(lines[2].endsWith('false,false,false')).toBe(true);
  });

  it('say what many sources come to', () => {
    const result = {
      perSecond: 50,
      busy: { client: 0.1, channel: 0.5, server: 1 },
      seconds: { mean: 0.2, p50: 0.2, p95: 0.3 },
    };
    const crowd = { count: 1000, result, bottleneck: 'server', mostPerSecond: 50, sources: 7, alone: 0.1 } as const;
    const { rows } = sourcesTable([crowd], 16);
    expect(rows[0]).toEqual(['1,000', '50.0', '800', '200 ms', '300 ms', '10.0 %', '50.0 %', '100.0 %', 'the server']);
  });
});
