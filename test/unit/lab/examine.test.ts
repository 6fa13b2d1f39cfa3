import { describe, expect, it } from 'vitest';
import type { Examination, ExperimentInput } from '../../../main/api.ts';
import { examine } from '../../../main/lab/design/examine.ts';
import type { PastRuns } from '../../../main/lab/design/plan-of.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { planTraffic } from '../../../main/runs/experiment/plan-traffic.ts';
import { describeDataset } from '../../../main/data/datasets.ts';
import { useHome } from '../../support/datasets.ts';
import { epochRecord } from '../../support/run-records.ts';
import { openTestStore } from '../../support/run-store.ts';

const noRuns: PastRuns = { list: () => [], epochs: () => [] };

function look(input: unknown, past = noRuns): Examination {
  useHome();
  return examine(input as ExperimentInput, past);
}

const pathsOf = ({ problems }: Examination): string[] => problems.map(({ path }) => path);

describe('examine', () => {
  it('shows what a good experiment builds and sends', () => {
    const { problems, experiment, network, design } = look({});
    expect(problems).toEqual([]);
    expect(experiment?.split.layer).toBe(5);
    expect(network?.layers[0].label).toMatch(/^conv 3×3/);
    expect(design?.sent).toEqual([8, 8, 128]);
    expect(design?.client.at(-1)?.label).toMatch(/^compression/);
    expect(design?.plan).toEqual({
      ...planTraffic(parseExperiment({}), describeDataset('synthetic')),
      seconds: null,
      evaluationSeconds: null,
    });
  });

  it('fills in the defaults of the method', () => {
    expect(look({ method: 'prune' }).experiment?.optimiser).toMatchObject({ learningRate: 0.001, momentum: 0.9 });
    expect(look({ method: 'plain-split' }).experiment?.split.module).toBeNull();
  });

  it('says where a codebook takes more than it saves, and shows what it would send', () => {
    const { problems, design } = look({ codec: { full: { name: 'codebook', codewords: 4096, length: 64 } } });
    expect(problems.map(({ path }) => path)).toEqual(['codec.full']);
    expect(problems[0].text).toMatch(/^is "codebook": expected a codebook smaller than what it saves/);
    expect(design?.plan.atMost).toBe(false);
  });

  it('says what is wrong with a field, and shows nothing it cannot know', () => {
    const examination = look({ batchSize: 0 });
    expect(examination).toEqual({
      problems: [{ path: 'batchSize', text: 'is 0: expected from 1 to 4096' }],
      experiment: null,
      network: null,
      design: null,
      sweep: null,
      search: null,
    });
    for (const nonsense of [null, [], 'deprune', 7]) expect(look(nonsense).problems).not.toEqual([]);
  });

  it('adds up what the runs of a sweep send, each with its seeds', () => {
    const base = { seeds: [1, 2] };
    const { problems, sweep } = look({ ...base, sweep: { settings: { 'phases[0].budget': [4, 8] } } });
    const sent = [4, 8].map((budget) => {
      const phases = [
        { budget, epochs: 6 },
        { budget: 'full' as const, epochs: 3 },
      ];
      const { bytesUp, bytesDown } = planTraffic(parseExperiment({ ...base, phases }), describeDataset('synthetic'));
      return bytesUp + bytesDown;
    });
    expect(problems).toEqual([]);
    expect(sweep?.points.map(({ values, bytes, runs }) => ({ values, bytes, runs }))).toEqual([
      { values: { 'phases[0].budget': 4 }, bytes: sent[0], runs: 2 },
      { values: { 'phases[0].budget': 8 }, bytes: sent[1], runs: 2 },
    ]);
    expect(sweep).toMatchObject({ runs: 4, bytes: 2 * (sent[0] + sent[1]), seconds: null, problem: null });
  });

  it('says which combinations of a sweep do not suit network and data set', () => {
    const { problems, sweep } = look({ sweep: { settings: { 'phases[0].budget': [4, 200], lr: [0.1] } } });
    const text = 'phases.0.budget is 200: expected at most 128, the maps at layer 5, or "full"';
    expect(problems).toEqual([
      { path: 'sweep', text: `: 1 of 2 combinations cannot be trained:\n  phases[0].budget=200, lr=0.1: ${text}` },
    ]);
    expect(sweep?.points.map(({ problem }) => problem)).toEqual([null, text]);
    expect(sweep?.bytes).toBeNull();
    // What is wrong with the sweep by itself is said of its field.
    expect(pathsOf(look({ sweep: { settings: { lr: { from: 1, to: 0 } } } }))).toEqual(['sweep.settings.lr.to']);
  });

  it('shows the plan in spite of contradictions', () => {
    const falling = look({
      phases: [
        { budget: 'full', epochs: 1 },
        { budget: 4, epochs: 1 },
      ],
    });
    expect(pathsOf(falling)).toEqual(['phases.1.budget']);
    expect(falling.design?.plan.phases).toHaveLength(2);
  });

  it('shows the network and its cuts when the cut does not exist', () => {
    const { problems, network, design } = look({ model: { name: 'cnn' }, split: { layer: 12 } });
    expect(problems).toEqual([{ path: 'split.layer', text: 'is 12: cnn can be cut at layers 0 to 7' }]);
    expect(network?.cuts.map(({ layer }) => layer)).toEqual([0, 2, 3, 4, 5, 6, 7]);
    expect(design).toBeNull();
  });

  it('says why a module does not fit at a cut', () => {
    const { problems, network } = look({ split: { layer: 5, module: { features: 48 } } });
    expect(problems.map(({ path }) => path)).toEqual(['split.module.features']);
    expect(network?.cuts.every((cut) => 'problem' in cut || cut.sent[2] % 1 === 0)).toBe(true);
    expect(network?.cuts.some((cut) => 'problem' in cut)).toBe(true);
  });

  it('knows data sets that are not downloaded yet', () => {
    const { problems, design } = look({ dataset: { name: 'cifar10' } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: 'dataset.name' });
    expect(problems[0].text).toContain('not downloaded yet');
    expect(design?.plan.steps).toBe(9 * 3125);
  });

  it('names data sets there are when one is unknown', () => {
    const { problems, network } = look({ dataset: { name: 'nothing' } });
    expect(problems[0].text).toContain('synthetic');
    expect(network).toBeNull();
  });

  it('finds budgets beyond the maps, and too many images', () => {
    const phases = [
      { budget: 4, epochs: 1 },
      { budget: 500, epochs: 1 },
      { budget: 'full', epochs: 1 },
    ];
    expect(pathsOf(look({ phases, dataset: { trainSamples: 1e6 } }))).toEqual([
      'dataset.trainSamples',
      'phases.1.budget',
    ]);
  });

  it('counts the bytes of a cut in the number formats of the experiment', () => {
    const upAt5 = (input: ExperimentInput): number | undefined => {
      const cut = look(input).network?.cuts.find(({ layer }) => layer === 5);
      return cut && 'traffic' in cut ? cut.traffic.find(({ budget }) => budget === 4)?.up : undefined;
    };
    expect(upAt5({})).toBe(2 * 8 * 8 * 4 + 1);
    expect(upAt5({ codec: { up: 'int8' } })).toBe(8 * 8 * 4 + 1);
  });

  it('does not plan messages that are too large to send', () => {
    const { problems, design } = look({ split: { layer: 2 }, batchSize: 1500 });
    expect(pathsOf({ problems } as Examination)).toEqual(['batchSize']);
    expect(design).toBeNull();
  });

  it('estimates the time from runs that compute alike', () => {
    const home = useHome();
    const store = openTestStore(home);
    const small = parseExperiment({ dataset: { trainSamples: 1000 } });
    const run = store.create(small, 1);
    store.setStatus(run.id, 'running');
    const evaluationSeconds = 3;
    store.append(
      run.id,
      [0, 1].map((epoch) => epochRecord(epoch, { seconds: 10 * (epoch + 1), evaluationSeconds })),
    );
    const seconds = (input: ExperimentInput): number | null | undefined => examine(input, store).design?.plan.seconds;
    expect(seconds({ dataset: { trainSamples: 2000 } })).toBe(9 * 20);
    const held = examine({ dataset: { trainSamples: 2000 }, validation: 0.1 }, store).design?.plan;
    // 200 images are evaluated besides the 1000 of the test set, which took 3 s.
    expect(held?.seconds).toBeCloseTo(9 * 18, 9);
    expect(held?.evaluationSeconds).toBeCloseTo(9 * 3 * 1.2, 9);
    expect(seconds({ dataset: { trainSamples: 2000 }, model: { width: 0.5 } })).toBeNull();
  });

  it('adds what the link takes, and takes off what the link of those runs took', () => {
    const store = openTestStore(useHome());
    const dataset = { trainSamples: 1600 };
    const slow = { up: 8, down: 8, rttMs: 20, shared: false } as const;
    const run = store.create(parseExperiment({ dataset, link: slow }), 1);
    store.setStatus(run.id, 'running');
    store.append(run.id, [epochRecord(0, { seconds: 40 })]);
    const seconds = (input: ExperimentInput): number => examine({ dataset, ...input }, store).design!.plan.seconds!;
    expect(seconds({ link: slow })).toBeCloseTo(9 * 40, 6);
    const { bytesUp, bytesDown, steps } = planTraffic(parseExperiment({ dataset }), describeDataset('synthetic'));
    const ofLink = (bytesUp + bytesDown) / 1e6 + steps * 0.02;
    expect((9 * 40 - seconds({})) / ofLink).toBeCloseTo(1, 2);
    expect(seconds({ link: 'ethernet' })).toBeGreaterThan(seconds({}));
    expect(seconds({ link: '3g' })).toBeGreaterThan(9 * 40);
  });

  it('takes the times of layers where no run is alike', () => {
    useHome();
    const schedule = { phases: [], seconds: 77, bytes: 0, testSeconds: 1, testBytes: 0 };
    const { design } = examine({}, noRuns, { schedule: () => schedule });
    expect(design?.plan).toMatchObject({ seconds: 77, evaluationSeconds: 1 });
    expect(examine({}, noRuns, { schedule: () => null }).design?.plan.seconds).toBeNull();
  });
});
