import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { exportChart, exportRuns } from '../../../../main/exports/export.ts';
import { exportCsv } from '../../../../main/exports/tables/export.ts';
import { examine } from '../../../../main/lab/design/examine.ts';
import { listMethods } from '../../../../main/lab/design/methods.ts';
import { openSummaries } from '../../../../main/lab/runs/summaries.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { frontierFacts } from '../../../../main/runs/experiment/frontier-facts.ts';
import { gateNames } from '../../../../main/training/gates/table.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { planTraffic } from '../../../../main/runs/experiment/plan-traffic.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import { describeDataset } from '../../../../main/data/datasets.ts';
import { executeHere } from '../../../../main/processes/run/execute.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import type { Method } from '../../../../main/training/methods/method.ts';
import type { MethodName } from '../../../../main/training/methods/table.ts';
import type { TrainingRecord } from '../../../../main/records/record.ts';
import { temporaryHome } from '../../../support/home.ts';
import { openTestStore } from '../../../support/run-store.ts';

/**
 * What it takes to add a method: its entry, and its line in the list. Two trainings with a reset of their own; nothing
 * but the mocked list knows of it.
 */
vi.mock('../../../../main/training/methods/index.ts', async (original) => {
  const { methods } = await original<{ methods: readonly Method[] }>();
  const toy: Method = {
    name: 'seesaw',
    words: { label: 'see-saw', short: 'Down and up', hint: 'Goes down, then up again', help: 'down, then up' },
    order: { direction: 'falling', required: true },
    module: true,
    elsewhere: null,
    baseline: true,
    remark: { text: 'See-saw goes through {epochs} epochs twice.', unless: null },
    defaults: {
      optimiser: { momentum: 0.25 },
      phases: [
        { budget: 'full', epochs: 1 },
        { budget: 2, epochs: 1 },
        { budget: 1, epochs: 1 },
      ],
    },
    trainings: ([first, ...rest]) => [
      [{ ...first, firstEpoch: 0, reset: null, freshOptimiser: true, result: true }],
      rest.map((phase, i) => ({
        ...phase,
        firstEpoch: i,
        reset: i === 0 ? null : (gate) => gate.map((_, map) => (map === 0 ? 15 : -15)),
        freshOptimiser: false,
        result: i === rest.length - 1,
      })),
    ],
  };
  return { methods: [...methods, toy] };
});

const method = 'seesaw' as MethodName;
const size = { widthMm: 85, heightMm: 60, dpi: 72 };
const input = {
  method,
  dataset: { name: 'synthetic', trainSamples: 12, testSamples: 8, augment: false },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  batchSize: 4,
  processes: 'one',
  threads: 1,
} as const;

temporaryHome();
beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

/** A finished run of the method, trained in this process. */
async function trained(store: Store, seed = 1): Promise<Run> {
  const { id } = store.create(parseExperiment(input), seed);
  return executeHere(store, id, {}, {});
}

describe('a method that is an entry in the list and nothing else', () => {
  it('is one that an experiment may have, with its defaults, its rules and its help', () => {
    const experiment = parseExperiment({ method });
    expect(experiment).toMatchObject({ method, name: 'seesaw', optimiser: { momentum: 0.25, learningRate: 0.01 } });
    expect(experiment.phases.map(({ budget }) => budget)).toEqual(['full', 2, 1]);
    expect(() => parseExperiment({ method, phases: experiment.phases.toReversed() })).toThrow(
      'phases.1.budget is 2: expected less than the phase before, since seesaw goes down',
    );
    expect(() => parseExperiment({ method, split: { module: null } })).toThrow(/split.module is null/);
    const schema = JSON.stringify(jsonSchema(experimentSchema));
    expect(schema).toContain('seesaw: down, then up');
    expect(schema).toContain('0.25 unless given for seesaw');
  });

  it('is what others are measured against, as it says', () => {
    expect(frontierFacts('run', parseExperiment(input), null)).toMatchObject({ isBaseline: true, hasModule: true });
  });

  it('is planned and examined, and offered by the page', () => {
    const { phases, bytesUp } = planTraffic(parseExperiment(input), describeDataset('synthetic'));
    expect(phases.map(({ training, budget, firstEpoch, steps }) => [training, budget, firstEpoch, steps])).toEqual([
      [0, null, 0, 3],
      [1, 2, 0, 3],
      [1, 1, 1, 3],
    ]);
    const { problems, design } = examine(input, { list: () => [], epochs: () => [] });
    expect(problems).toEqual([]);
    expect(design?.plan).toMatchObject({ bytesUp, steps: 9 });
    expect(listMethods().at(-1)).toEqual({
      name: 'seesaw',
      label: 'see-saw',
      short: 'Down and up',
      hint: 'Goes down, then up again',
      order: { direction: 'falling', required: true },
      module: true,
      gates: gateNames.filter((name) => name !== 'none'),
      elsewhere: null,
      remark: { text: 'See-saw goes through {epochs} epochs twice.', unless: null },
      oneByOne: true,
      newWeights: true,
    });
  });

  it('trains, and what it recorded is shown and exported', async () => {
    const store = openTestStore(process.env['SLUICE_HOME']!);
    const run = await trained(store);
    expect(run.status).toBe('finished');
    const steps = store.steps(run.id);
    const phaseOf = ({ training, phase, budget }: TrainingRecord): unknown[] => [training, phase, budget];
    expect(steps.filter(({ step }) => step % 3 === 0).map(phaseOf)).toEqual([
      [0, 0, null],
      [1, 0, 2],
      [1, 1, 1],
    ]);
    const reset = steps.find(({ training, phase }) => training === 1 && phase === 1)!.gates!;
    expect(Array.from(reset, (f) => Math.round(f))).toEqual([1, ...Array.from(reset.slice(1), () => 0)]);
    expect(store.pairs(run.id).map(phaseOf)).toEqual([
      [0, 0, null],
      [1, 1, 1],
    ]);
    expect(openSummaries(store).one(run.id)).toMatchObject({ method, budgets: [null, 2, 1], epochsDone: 3 });

    const csv = [...exportCsv(store, run, 'epochs')];
    expect(csv).toHaveLength(1 + 3);
    const json = JSON.parse(text((await exportRuns(store, { runs: [run.id], format: 'json' })).data)) as object;
    expect(JSON.stringify(json)).toContain('"method":"seesaw"');
    const report = await exportRuns(store, { runs: [run.id], format: 'html' });
    expect(text(report.data)).toContain('seesaw');
    const chart = { kind: 'lines', metric: 'accuracy', beside: [], x: 'epoch', smoothing: 0 } as const;
    const plain = { logX: false, logY: false, seedsAsBand: false, phases: true } as const;
    const paper = { ...size, fontFamily: 'Inter', fontSize: 8, theme: 'light', title: '' } as const;
    const svg = await exportChart(store, { runs: [run.id], chart: { ...chart, ...plain }, format: 'svg', paper });
    // Each training is a line of its own, named after the budget it ends with.
    expect(text(svg.data)).toContain('seesaw, full');
    expect(text(svg.data)).toContain('seesaw, 1');
  });
});

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
