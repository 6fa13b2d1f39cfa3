import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { compressionModule } from '../../../main/model/compression.ts';
import { random, type Random } from '../../../main/random.ts';
import { chooserOf, type GateSettings } from '../../../main/training/gates/chooser.ts';
import { taylor } from '../../../main/training/gates/importance.ts';
import { gateNames } from '../../../main/training/gates/table.ts';
import { checkpointsOf, eventsOf, timeless, trainTiny } from '../../support/training.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

/** A source whose numbers are those given, in turn. */
function given(...values: number[]): Random {
  let at = 0;
  return { ...random(1, 'given'), uniform: () => values[at++ % values.length] };
}

const close = (values: readonly number[], digits = 5): unknown[] =>
  values.map((v) => expect.closeTo(v, digits) as unknown);
const whole = (source: Random) => ({ source, left: 1 });

describe('importance', () => {
  const gate = chooserOf({ name: 'importance', memory: 0.5 });

  it('is the mean over samples of |Σ activation · gradient|', () => {
    // Two samples of 1 × 2 places and two maps: map 0 is 1·2 + 3·(−1) = −1, then 0; map 1 is 4·1 + 0 = 4, then −2·3 = −6.
    const sent = Float32Array.of(1, 4, 3, 5, 1, 2, 1, 0);
    const gradient = Float32Array.of(2, 1, -1, 0, 1, -3, -1, 7);
    expect([...taylor({ kept: [2, 5], samples: 2, sent, gradient })]).toEqual([1, 10]);
  });

  it('sends every map once before it judges, and judges without chance afterwards', () => {
    let values = gate.initial!(5, random(1, 'x'));
    const measured = [];
    for (let step = 0; step < 3; step++) {
      const { kept, mask } = gate.choose(values, 2, whole(random(1, step))).selection!;
      expect([...mask]).toEqual([1, 1]);
      measured.push(...kept);
      const sent = Float32Array.from(kept, (map) => map + 1);
      values = gate.measure!(values, { kept, samples: 1, sent, gradient: new Float32Array(2).fill(1) });
    }
    // Of the last two one is new, and one is the best of those that are known.
    expect(measured).toEqual([0, 1, 2, 3, 3, 4]);
    expect(gate.choose(values, 2, null).selection!.kept).toEqual([3, 4]);
    expect([...gate.openness(values)]).toEqual(close([0.2, 0.4, 0.6, 0.8, 1]));
  });

  it('goes half of the way to what it measures, and takes maps that were not sent along', () => {
    const before = Float32Array.of(4, 2, -1, 6);
    const next = gate.measure!(before, {
      kept: [0, 2],
      samples: 1,
      sent: Float32Array.of(2, 3),
      gradient: Float32Array.of(1, 1),
    });
    // Map 0 goes from 4 to (4 + 2)/2; map 2 is measured first; 1 and 3 shrink as 4 does to 3.
    expect([...next]).toEqual(close([3, 1.5, 3, 4.5]));
  });

  it('leaves maps that were never sent out of the choice without chance', () => {
    expect(gate.choose(Float32Array.of(0, -1, 0.5), 2, null).selection!.kept).toEqual([0, 2]);
  });
});

/** The gradient by f̂ of Σ w·maps as the module computes it with an opening, and Σ s·w for each map. */
function moduleGradient(settings: GateSettings, f: Float32Array, budget: number | null, source: Random) {
  const options = { spec: { resolution: 1, features: 1 }, originals: 3, maps: 4, nodes: false, name: 'm', seed: 1 };
  const module = compressionModule(options);
  module.gate.value.assign(tf.tensor1d(f));
  const { selection, opening } = chooserOf(settings).choose(f, budget, whole(source));
  const x = tf.randomNormal([2, 4, 4, 3], 0, 1, 'float32', 3);
  const forward = module.forward(x, selection?.kept ?? null, opening);
  const dMaps = tf.randomNormal(forward.maps.shape, 0, 1, 'float32', 4);
  const sums = tf.tidy(() => tf.sum(tf.mul(forward.maps, dMaps), [0, 1, 2]).dataSync());
  let dGate: Float32Array | null = null;
  forward.backward(
    dMaps,
    () => undefined,
    (gradient) => (dGate = gradient.dataSync() as Float32Array),
    false,
  );
  return { dGate: dGate!, sums, kept: selection?.kept ?? [0, 1, 2, 3], values: opening!.values };
}

describe('straight-through', () => {
  const f = Float32Array.of(0.2, 0.9, 0.4, 0.5);
  // −log(−log u) = 0: no noise.
  const still = (): Random => given(Math.exp(-1) - 2 ** -33);

  it('sends the largest wide open, with the slope of σ around the middle between last and first left out', () => {
    const { dGate, sums, kept, values } = moduleGradient({ name: 'straight-through', temperature: 0.5 }, f, 2, still());
    expect(kept).toEqual([1, 3]);
    expect([...values]).toEqual([1, 1]);
    const slope = (score: number): number => {
      const p = 1 / (1 + Math.exp(-(score - 0.45) / 0.5));
      return (p * (1 - p)) / 0.5;
    };
    expect([...dGate]).toEqual(close([0, sums[0] * slope(0.9), 0, sums[1] * slope(0.5)], 4));
  });

  it('has the slope at the middle for all maps at full budget', () => {
    const { dGate, sums } = moduleGradient({ name: 'straight-through', temperature: 0.5 }, f, null, still());
    // σ′(0)/τ = 0.25/0.5.
    expect([...dGate]).toEqual(
      close(
        [...sums].map((sum) => 0.5 * sum),
        4,
      ),
    );
  });

  it('draws by f̂ + τ·Gumbel, and not where chance has no place', () => {
    // u = 0.9 is 2.25 of noise, u = 0.1 is −0.83: with τ = 0.5 map 0 comes before all.
    const { choose } = chooserOf({ name: 'straight-through', temperature: 0.5 });
    expect(choose(f, 1, whole(given(0.9, 0.1, 0.1, 0.1))).selection!.kept).toEqual([0]);
    expect(choose(f, 1, null).selection!.kept).toEqual([1]);
  });
});

describe('hard-concrete', () => {
  const f = Float32Array.of(0.3, -0.2, 2, -3);
  const us = [0.4, 0.6, 0.9, 0.05];
  const z = (logAlpha: tf.Tensor): tf.Tensor => {
    const u = tf.tensor1d(us);
    const s = tf.sigmoid(tf.div(tf.add(tf.sub(tf.log(u), tf.log(tf.sub(1, u))), logAlpha), 2 / 3));
    return tf.clipByValue(tf.sub(tf.mul(s, 1.2), 0.1), 0, 1);
  };

  it('opens maps by z, and has its gradient', () => {
    const { dGate, sums, values } = moduleGradient({ name: 'hard-concrete' }, f, null, given(...us));
    const expected = z(tf.tensor1d(f)).dataSync();
    expect([...values]).toEqual(close([...expected]));
    expect([expected[2], expected[3]]).toEqual([1, 0]);
    const slopes = tf
      .grad((logAlpha) => tf.sum(z(logAlpha)))(tf.tensor1d(f))
      .dataSync();
    // Σ maps·dMaps is z·Σ s·dMaps: where z is 0 or 1 there is no slope.
    const perMap = sums.map((sum, map) => (slopes[map] === 0 ? 0 : (sum / expected[map]) * slopes[map]));
    expect(Math.abs(perMap[0])).toBeGreaterThan(0.01);
    expect([...dGate]).toEqual(close([...perMap], 3));
  });

  it('adds its L0 penalty with its gradient', () => {
    const { loss, gradient } = chooserOf({ name: 'hard-concrete', penalty: 0.5 }).ownLoss!(f, 2);
    const penalty = (logAlpha: tf.Tensor): tf.Scalar =>
      tf.mul(0.5, tf.sum(tf.sigmoid(tf.sub(logAlpha, (2 / 3) * Math.log(0.1 / 1.1)))));
    expect(loss).toBeCloseTo(penalty(tf.tensor1d(f)).dataSync()[0], 5);
    expect([...gradient]).toEqual(close([...tf.grad(penalty)(tf.tensor1d(f)).dataSync()]));
  });

  it('opens every gate before a phase of all maps, and leaves it before any other', () => {
    const { between } = chooserOf({ name: 'hard-concrete' });
    const never = (): never => {
      throw new Error('asked for a reset');
    };
    expect([...between!(Float32Array.of(-2, 5), null, never)]).toEqual([3, 5]);
    expect([...between!(Float32Array.of(-2, 5), 4, never)]).toEqual([-2, 5]);
  });
});

describe('no gate', () => {
  it('sends all maps as they are, and nothing moves f̂', async () => {
    const chooser = chooserOf({ name: 'none' });
    const f = Float32Array.of(-3, 0.5, 2);
    const { selection, opening } = chooser.choose(f, null, whole(random(1, 'x')));
    expect(selection).toBeNull();
    expect([...opening!.values]).toEqual([1, 1, 1]);
    const events = await eventsOf(trainTiny({ method: 'bottleneck', gate: { name: 'none' } }));
    const [first, last] = [checkpointsOf(events)[0], checkpointsOf(events).at(-1)!].map(({ snapshot }) =>
      Object.entries(snapshot.client.weights).find(([name]) => name.endsWith('prune_filter')),
    );
    expect(last).toEqual(first);
  });
});

describe('a random share', () => {
  const f = Float32Array.from({ length: 50 }, (_, map) => map / 10);
  const changed = (left: number, steps = 400): number => {
    const { choose } = chooserOf({ randomShare: 0.4 });
    let others = 0;
    for (let step = 0; step < steps; step++) {
      const { kept, mask } = choose(f, 10, { source: random(1, step), left }).selection!;
      expect(new Set(kept).size).toBe(10);
      expect(mask).toHaveLength(10);
      others += kept.filter((map) => map < 40).length;
    }
    return others / (10 * steps);
  };

  it('gives up maps for others with the probability that is left of it', () => {
    expect(changed(1)).toBeCloseTo(0.4, 1);
    expect(changed(0.5)).toBeCloseTo(0.2, 1);
    expect(changed(0)).toBe(0);
  });

  it('keeps each mask with its map, and all maps where there are no others', () => {
    const { choose } = chooserOf({ randomShare: 1, mask: 'linear' });
    const { kept, mask } = choose(f, 25, whole(random(1, 'all'))).selection!;
    expect(kept).toEqual(Array.from({ length: 25 }, (_, map) => map));
    expect([...mask]).toEqual(close(kept.map((map) => 1 / (1 + Math.exp(-map / 10)))));
    expect(choose(f, 50, whole(random(1, 'all'))).selection!.kept).toHaveLength(50);
  });
});

describe('a training with a gate', () => {
  it.each(gateNames)('that is %s goes on bit for bit, chance included', async (name) => {
    const options = { gate: { name, randomShare: 0.5, ties: 'cut' }, momentum: 0.9, checkpointSteps: 2 } as const;
    const run = await eventsOf(trainTiny(options));
    const at = run.findIndex((event) => event.kind === 'checkpoint' && event.snapshot.position.step === 4);
    const resume = checkpointsOf(run.slice(at, at + 1))[0].snapshot;
    const rest = await eventsOf(trainTiny({ ...options, resume }));
    expect(timeless(rest)).toEqual(timeless(run.slice(at + 1)));
  });
});
