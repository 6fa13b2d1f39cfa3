import { expect } from 'vitest';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { checkpointsOf } from '../../../support/training.ts';
import { named, stillBiases, type Trained, type Weights } from './trained.ts';

/** How a field is changed, and what the training with it has to show beside the one without. */
export interface Row {
  /** What both trainings are set to besides, where the field says nothing without it. */
  readonly from?: ExperimentInput;
  readonly changed: ExperimentInput;
  readonly shows: (normal: Trained, changed: Trained) => void | Promise<void>;
}

const close = (values: ArrayLike<number>, digits = 5): unknown[] =>
  Array.from(values, (value) => expect.closeTo(value, digits) as unknown);

/** What is taken away from every weight between two moments. */
function moved(from: Weights, to: Weights): Weights {
  return Object.fromEntries(
    Object.entries(from).map(([name, values]) => [name, values.map((value, i) => value - to[name][i])]),
  );
}

const fallsAndRises = [
  { budget: 2, epochs: 2 },
  { budget: 'full', epochs: 2 },
] as const;

/** Of each epoch the rate of its steps. */
const rates = ({ steps, epochs }: Trained): number[] =>
  epochs.map(({ epoch }) => steps.find((step) => step.epoch === epoch)!.learningRate);

/** Equation 1 for the gate before the first step, and its derivative by f̂. */
function gateLoss({ experiment: { gate }, weights }: Trained): { loss: number; gradient: number[] } {
  const f = Array.from(named(weights(0), 'prune_filter'), (value) => 1 / (1 + Math.exp(-value)));
  const isSquared = gate.mask === 'squared';
  const excess = f.reduce((sum, value) => sum + (isSquared ? value ** 2 : value), 0) - 2;
  const [rising, falling] = [Math.exp(gate.delta * excess), gate.lambda * Math.exp(-gate.delta * excess)];
  const slopes = f.map((value) => value * (1 - value) * (isSquared ? 2 * value : 1));
  return {
    loss: rising + falling,
    gradient: slopes.map((slope) => gate.epsilon * gate.delta * (rising - falling) * slope),
  };
}

function showsGateLoss(normal: Trained, changed: Trained): void {
  for (const each of [normal, changed]) expect(each.steps[0].pruneLoss).toBeCloseTo(gateLoss(each).loss, 4);
  expect(changed.steps[0].pruneLoss).not.toBeCloseTo(normal.steps[0].pruneLoss, 3);
  showsGateGradient(normal, changed);
}

/** All else being equal, the gates come apart by what their own losses pull. */
function showsGateGradient(normal: Trained, changed: Trained): void {
  const { learningRate } = normal.experiment.optimiser;
  const [now, then] = [normal, changed].map((each) => named(each.weights(1), 'prune_filter'));
  const expected = gateLoss(normal).gradient.map((slope, i) => learningRate * (slope - gateLoss(changed).gradient[i]));
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
  then.forEach((value, i) => expect(value - now[i]).toBeCloseTo(expected[i], 4));
}

/** Values that cross the network in a step of a budget: 4 × 4 for each map of each sample. */
const values = (samples: number, maps: number): number => samples * 4 * 4 * maps;
const firstOf = ({ steps }: Trained, budget: number | null) => steps.find((step) => step.budget === budget)!;

/** Whatever governs the mathematics alone. */
export const trainingRows: Readonly<Record<string, Row>> = {
  $schema: {
    changed: { $schema: 'elsewhere.json' },
    shows: (normal, changed) => expect(changed.weights(9)).toEqual(normal.weights(9)),
  },
  method: {
    changed: { method: 'scratch' },
    shows(normal, changed) {
      expect(normal.epochs.map(({ training, budget }) => [training, budget])).toEqual([
        [0, 2],
        [0, 2],
        [0, null],
      ]);
      expect(changed.epochs.map(({ training, budget }) => [training, budget])).toEqual([
        [0, 2],
        [0, 2],
        [1, null],
      ]);
    },
  },
  // A map of 4 × 4 is 32 bytes up in float16 and 64 down in float32.
  'phases.0.budget.bytes': {
    changed: {
      phases: [
        { budget: { bytes: 127 }, epochs: 2 },
        { budget: 'full', epochs: 1 },
      ],
    },
    shows(normal, changed) {
      const kept = ({ requests }: Trained): unknown[] =>
        requests.map(({ selection }) => selection?.kept.length ?? 'all');
      expect(kept(normal)).toEqual([2, 2, 2, 2, 2, 2, 'all', 'all', 'all']);
      expect(kept(changed)).toEqual([1, 1, 1, 1, 1, 1, 'all', 'all', 'all']);
      // The test set is judged under the budget of its phase, too: two batches after each epoch.
      const judged = changed.evaluations.map(({ request }) => request.selection?.kept.length ?? 'all');
      expect(judged).toEqual([1, 1, 1, 1, 'all', 'all']);
    },
  },
  // Batches of 4, 4 and 3: two maps of 4 × 4, or all four, in two bytes a value more or less.
  'phases.0.codec.up': {
    changed: {
      phases: [
        { budget: 2, epochs: 2, codec: { up: 'float32' } },
        { budget: 'full', epochs: 1, codec: { down: 'float16' } },
      ],
    },
    shows(normal, changed) {
      const more = changed.steps.map(({ bytesUp }, i) => bytesUp - normal.steps[i].bytesUp);
      const maps = [4, 4, 3].map((samples) => 2 * samples * 2 * 16);
      expect(more).toEqual([...maps, ...maps, 0, 0, 0]);
    },
  },
  'phases.0.codec.down': {
    changed: {
      phases: [
        { budget: 2, epochs: 2 },
        { budget: 'full', epochs: 1, codec: { down: 'float16' } },
      ],
    },
    shows(normal, changed) {
      const less = changed.steps.map(({ bytesDown }, i) => normal.steps[i].bytesDown - bytesDown);
      expect(less).toEqual([0, 0, 0, 0, 0, 0, ...[4, 4, 3].map((samples) => 2 * samples * 4 * 16)]);
    },
  },
  'phases.0.epochs': {
    changed: {
      phases: [
        { budget: 2, epochs: 1 },
        { budget: 'full', epochs: 1 },
      ],
    },
    shows(normal, changed) {
      expect([normal, changed].map(({ epochs }) => epochs.map(({ phase }) => phase))).toEqual([
        [0, 0, 1],
        [0, 1],
      ]);
      expect(changed.steps).toHaveLength(6);
    },
  },
  'model.name': {
    from: { split: { layer: 2 } },
    changed: { model: { name: 'mlp' } },
    // 512 nodes at an eighth of the width, in place of 32 maps of 8 × 8.
    shows(normal, changed) {
      expect([normal, changed].map(({ requests: [{ shape, total }] }) => [...shape, total])).toEqual([
        [4, 8, 8, 4],
        [4, 1, 1, 64],
      ]);
    },
  },
  'model.width': {
    changed: { model: { width: 0.25 } },
    shows: (normal, changed) =>
      expect([normal, changed].map(({ requests: [{ total }] }) => total)).toEqual([32 * 0.125, 32 * 0.25]),
  },
  'split.layer': {
    changed: { split: { layer: 5 } },
    shows: (_, { requests: [{ shape, total }] }) => expect([...shape, total]).toEqual([4, 2, 2, 64 * 0.125]),
  },
  'split.module.resolution': {
    changed: { split: { module: { resolution: 2 } } },
    // Kernel 2 + r, stride r, pad r.
    shows: (_, { requests: [{ shape }] }) => expect(shape).toEqual([4, (4 + 4 - 4) / 2 + 1, (4 + 4 - 4) / 2 + 1]),
  },
  'split.module.features': {
    changed: { split: { module: { features: 2 } } },
    shows: (normal, changed) => expect([normal, changed].map(({ requests: [{ total }] }) => total)).toEqual([4, 2]),
  },
  'gate.name': {
    changed: { gate: { name: 'importance' } },
    // Each map of four is sent once in two steps of two, unmasked; the published gate keeps two of them.
    shows(normal, changed) {
      const kept = ({ requests }: Trained): unknown[] => requests.slice(0, 2).map(({ selection }) => selection!.kept);
      expect(kept(changed)).toEqual([
        [0, 1],
        [2, 3],
      ]);
      expect(new Set(kept(normal).map(String)).size).toBe(1);
      expect([...changed.requests[0].selection!.mask]).toEqual([1, 1]);
    },
  },
  'gate.memory': {
    from: { gate: { name: 'importance', memory: 0 }, method: 'full', phases: [{ budget: 'full', epochs: 1 }] },
    changed: { gate: { memory: 0.75 } },
    // Measured first in step 0; in step 1 f̂ becomes what was measured then, or a quarter of the way to it.
    shows(normal, changed) {
      const [before, measured, mean] = [normal.weights(1), normal.weights(2), changed.weights(2)].map((weights) =>
        named(weights, 'prune_filter'),
      );
      expect(named(changed.weights(1), 'prune_filter')).toEqual(before);
      expect([...mean]).toEqual(
        close(
          before.map((value, map) => 0.75 * value + 0.25 * measured[map]),
          6,
        ),
      );
      expect([...mean]).not.toEqual([...measured]);
    },
  },
  'gate.temperature': {
    from: { gate: { name: 'straight-through' }, method: 'full', phases: [{ budget: 'full', epochs: 1 }] },
    changed: { gate: { temperature: 0.05 } },
    // With all maps the slope is 1/(4τ): half of τ is twice the gradient, besides weight decay.
    shows(normal, changed) {
      const gradient = ({ weights }: Trained): Float32Array => {
        const [start, end] = [weights(0), weights(1)].map((each) => named(each, 'prune_filter'));
        return start.map((value, map) => (value - end[map]) / 0.1 - 0.01 * value);
      };
      const [one, other] = [normal, changed].map(gradient);
      expect(Math.max(...one.map(Math.abs))).toBeGreaterThan(1e-3);
      expect([...other]).toEqual(close(one.map((slope) => 2 * slope)));
    },
  },
  'gate.penalty': {
    from: { gate: { name: 'hard-concrete' } },
    changed: { gate: { penalty: 0.51 } },
    // λ₀·p(1 − p) with p = σ(log α − β·log(−γ/ζ)); all else is alike in the first step.
    shows(normal, changed) {
      const opens = named(normal.weights(0), 'prune_filter').map(
        (value) => 1 / (1 + Math.exp((2 / 3) * Math.log(1 / 11) - value)),
      );
      const [now, then] = [normal, changed].map((each) => named(each.weights(1), 'prune_filter'));
      expect([...then.map((value, map) => value - now[map])]).toEqual(
        close(
          opens.map((p) => -0.1 * 0.5 * p * (1 - p)),
          4,
        ),
      );
      expect(changed.steps[0].pruneLoss).toBeCloseTo(0.51 * opens.reduce((sum, p) => sum + p, 0));
    },
  },
  'gate.randomShare': {
    changed: { gate: { randomShare: 1 } },
    // In the first epoch all that would be kept gives way, in an evaluation nothing does.
    shows(normal, changed) {
      const [first, instead] = [normal, changed].map(({ requests }) => requests[0].selection!.kept);
      expect([...first, ...instead].sort()).toEqual([0, 1, 2, 3]);
      const values = named(changed.weights(3), 'prune_filter');
      const best = [0, 1, 2, 3].sort((a, b) => values[b] - values[a]).slice(0, 2);
      expect(changed.evaluations[0].request.selection!.kept).toEqual(best.sort());
    },
  },
  'gate.delta': { changed: { gate: { delta: 0.3 } }, shows: showsGateLoss },
  'gate.lambda': { changed: { gate: { lambda: 3 } }, shows: showsGateLoss },
  'gate.epsilon': { changed: { gate: { epsilon: 200 } }, shows: showsGateGradient },
  'gate.mask': {
    changed: { gate: { mask: 'linear' } },
    shows(normal, changed) {
      for (const each of [normal, changed]) {
        const { kept, mask } = each.requests[0].selection!;
        const f = kept.map((map) => 1 / (1 + Math.exp(-named(each.weights(0), 'prune_filter')[map])));
        expect([...mask]).toEqual(close(each === normal ? f.map((value) => value ** 2) : f, 6));
      }
      expect(changed.requests[0].selection?.mask).not.toEqual(normal.requests[0].selection?.mask);
      for (const each of [normal, changed]) expect(each.steps[0].pruneLoss).toBeCloseTo(gateLoss(each).loss, 4);
    },
  },
  'gate.ties': {
    from: {
      phases: [
        { budget: 1, epochs: 1 },
        { budget: 2, epochs: 1 },
      ],
    },
    changed: { gate: { ties: 'keep' } },
    // Before a larger budget all gates from 0.9 on are opened fully: they are alike then.
    shows(normal, changed) {
      const open = named(normal.weights(3), 'prune_filter').filter((value) => value >= 0.9).length;
      expect(open).toBeGreaterThan(2);
      const kept = ({ requests }: Trained): number => requests[3].selection!.kept.length;
      expect([normal, changed].map(kept)).toEqual([2, open]);
    },
  },
  'optimiser.learningRate': {
    changed: { optimiser: { learningRate: 0.05 } },
    shows(normal, changed) {
      const [whole, half] = [normal, changed].map(({ weights }) => moved(weights(0), weights(1)));
      for (const [name, distances] of Object.entries(whole)) {
        expect([...half[name]], name).toEqual(close(distances.map((distance) => distance / 2)));
      }
      for (const [each, rate] of [
        [normal, 0.1],
        [changed, 0.05],
      ] as const) {
        expect(each.steps.map(({ learningRate }) => learningRate)).toEqual(Array<number>(9).fill(rate));
        for (const bias of stillBiases) {
          const before = named(each.weights(0), bias);
          expect([...named(each.weights(1), bias)]).toEqual(
            close(
              before.map((w) => w * (1 - rate * 0.01)),
              7,
            ),
          );
        }
      }
    },
  },
  'optimiser.momentum': {
    changed: { optimiser: { momentum: 0.9 } },
    shows(normal, changed) {
      for (const [each, momentum] of [
        [normal, 0],
        [changed, 0.9],
      ] as const) {
        for (const bias of stillBiases) {
          const expected = named(each.weights(0), bias).map((start) => {
            const first = 0.01 * start;
            const once = start - 0.1 * first;
            return once - 0.1 * (momentum * first + 0.01 * once);
          });
          expect([...named(each.weights(2), bias)]).toEqual(close(expected, 7));
        }
      }
    },
  },
  'optimiser.weightDecay': {
    changed: { optimiser: { weightDecay: 0.21 } },
    shows(normal, changed) {
      const apart = moved(normal.weights(1), changed.weights(1));
      for (const [name, start] of Object.entries(normal.weights(0))) {
        expect([...apart[name]], name).toEqual(close(start.map((w) => 0.1 * 0.2 * w)));
      }
    },
  },
  'selectLr.epochs': {
    from: { selectLr: { factor: 3 }, phases: [...fallsAndRises] },
    changed: { selectLr: { epochs: 1 } },
    shows(normal, changed) {
      expect(rates(normal)).toEqual([0.1, 0.1, 0.1, 0.1]);
      expect(rates(changed)).toEqual([0.1, 0.1, 0.1 * 3, 0.1]);
    },
  },
  'selectLr.factor': {
    from: { selectLr: { epochs: 1 }, phases: [...fallsAndRises] },
    changed: { selectLr: { factor: 3 } },
    shows(normal, changed) {
      expect(rates(normal)).toEqual([0.1, 0.1, 0.1, 0.1]);
      expect(rates(changed)).toEqual([0.1, 0.1, 0.1 * 3, 0.1]);
      for (const bias of stillBiases) {
        const before = named(changed.weights(6), bias);
        expect([...named(changed.weights(7), bias)]).toEqual(
          close(
            before.map((w) => w * (1 - 0.1 * 3 * 0.01)),
            7,
          ),
        );
      }
    },
  },
  'codec.up': {
    from: {
      method: 'prune',
      phases: [
        { budget: 'full', epochs: 1 },
        { budget: 2, epochs: 1 },
      ],
      optimiser: { momentum: 0 },
    },
    changed: { codec: { up: 'float32' } },
    shows(normal, changed) {
      const [before, after] = [normal, changed].map((each) => firstOf(each, 2));
      expect(after.bytesUp - before.bytesUp).toBe(2 * values(4, 2));
      expect(after.bytesDown).toBe(before.bytesDown);
      expect(firstOf(changed, null).bytesUp).toBe(firstOf(normal, null).bytesUp);
      const apart = changed.pairs.map((pair, i) => pair.bytesPerSample - normal.pairs[i].bytesPerSample);
      expect(apart).toEqual([0, 2 * values(1, 2)]);
    },
  },
  'codec.down': {
    changed: { codec: { down: 'float16' } },
    shows(normal, changed) {
      const [before, after] = [normal, changed].map((each) => firstOf(each, 2));
      expect(before.bytesDown - after.bytesDown).toBe(2 * values(4, 2));
      expect(after.bytesUp).toBe(before.bytesUp);
      expect(firstOf(changed, null).bytesDown).toBe(firstOf(normal, null).bytesDown);
    },
  },
  'codec.full': {
    changed: { codec: { full: 'float16' } },
    shows(normal, changed) {
      const [before, after] = [normal, changed].map((each) => firstOf(each, null));
      expect(before.bytesUp - after.bytesUp).toBe(2 * values(4, 4));
      expect(before.bytesDown - after.bytesDown).toBe(2 * values(4, 4));
      expect(firstOf(changed, 2)).toMatchObject({ bytesUp: firstOf(normal, 2).bytesUp });
      expect(normal.pairs[0].bytesPerSample - changed.pairs[0].bytesPerSample).toBe(2 * values(1, 4));
    },
  },
  'sources.averageEpochs': {
    changed: { sources: { averageEpochs: 2 } },
    shows(normal, changed) {
      expect(normal.averages).toEqual([]);
      // After the second epoch alone, of 11 samples each.
      expect(changed.averages).toEqual([[0, 22]]);
    },
  },
  leakageSamples: {
    // Noise of 6 test images is not asked for by an experiment, and is measured on all the same.
    changed: { leakageSamples: 16 },
    shows(normal, changed) {
      for (const { distanceCorrelation } of [...normal.epochs, ...normal.pairs]) expect(distanceCorrelation).toBeNaN();
      const measured = changed.epochs.map(({ distanceCorrelation }) => distanceCorrelation);
      for (const value of measured) expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(new Set(measured).size).toBe(3);
      expect(changed.pairs[0].distanceCorrelation).toBe(measured[2]);
      // Measuring changes nothing.
      expect(changed.weights(9)).toEqual(normal.weights(9));
    },
  },
  checkpointSteps: {
    changed: { checkpointSteps: 2 },
    shows(normal, changed) {
      const [every, second] = [normal, changed].map(({ events }) =>
        checkpointsOf(events).map(({ snapshot: { position } }) => `${position.epoch}.${position.batch}`),
      );
      expect(every).toEqual(['0.1', '0.2', '0.3', '1.0', '1.1', '1.2', '1.3', '2.0', '2.1', '2.2', '2.3', '0.0']);
      expect(second).toEqual(['0.2', '1.0', '1.1', '1.3', '2.0', '2.2', '0.0']);
    },
  },
};
