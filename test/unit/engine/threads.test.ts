import { spawnSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../../main/engine/cpu/backend.ts';
import { call } from '../../../main/engine/cpu/operations.ts';
import { startTeam } from '../../../main/engine/cpu/threads/team.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import * as ops from '../../../main/engine/ops.ts';
import { random } from '../../../main/random.ts';

const given = process.env.SLUICE_BLAS;

beforeAll(() => {
  process.env.SLUICE_BLAS = 'none';
});

afterAll(() => {
  if (given === undefined) delete process.env.SLUICE_BLAS;
  else process.env.SLUICE_BLAS = given;
});

function tensor<R extends tf.Rank>(shape: tf.ShapeMap[R], stream: number): tf.Tensor<R> {
  const source = random(1, 'threads', stream);
  return tf.tensor<R>(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => source.normal()),
    shape,
  );
}

/** What the operations give, on tensors large enough to be shared by several threads. */
function results(): Float32Array[] {
  return tf.tidy(() => {
    const x = tensor<tf.Rank.R4>([4, 25, 23, 32], 1);
    const bias = tensor<tf.Rank.R1>([32], 2);
    const outputs: tf.Tensor[] = [ops.sumRows(x), ops.biasActivation(x, bias, 'relu')];
    for (const [kernel, stride, pad] of [
      [3, 1, 1],
      [4, 2, 2],
      [1, 1, 0],
    ]) {
      const filter = tensor<tf.Rank.R4>([kernel, kernel, 32, 40], 3);
      const y = ops.conv2d({ x, filter, window: { stride, pad } });
      const dx = ops.conv2dInputGrad({ dy: y, filter, inputShape: x.shape, window: { stride, pad } });
      outputs.push(y, dx, ops.conv2dFilterGrad({ x, dy: y, filterShape: filter.shape, window: { stride, pad } }));
    }
    const [a, b] = [tensor<tf.Rank.R2>([40, 300], 4), tensor<tf.Rank.R2>([300, 200], 5)];
    outputs.push(ops.matMul({ a, b }), ops.matMul({ a: b, b: a, transposeA: true, transposeB: true }));
    outputs.push(ops.matMul({ a: b, b, transposeA: true }));
    const norm = ops.batchNormTrain({ x, gamma: bias, beta: bias, epsilon: 1e-5, activation: 'relu' });
    const normGrad = ops.batchNormGrad({ ...norm, dy: x, x, gamma: bias, epsilon: 1e-5, activation: 'relu' });
    outputs.push(
      norm.y,
      norm.mean,
      norm.variance,
      normGrad.dx,
      normGrad.dGamma,
      normGrad.dBeta,
      ops.scaleShift({ x, scale: bias, shift: bias, activation: 'none' }),
    );
    const pooled = ops.maxPool(x, { size: 2, stride: 2, pad: 0 });
    outputs.push(
      pooled,
      ops.maxPoolGrad({ dy: pooled, x, y: pooled, window: { size: 2, stride: 2, pad: 0 } }),
      ops.reluGrad({ dy: x, y: x }),
    );
    const [weight, velocity] = [tf.variable(tensor([80_000], 6)), tf.variable(tensor([80_000], 7))];
    ops.sgdStep(weight, tensor([80_000], 8), velocity, { learningRate: 0.1, momentum: 0.9, weightDecay: 1e-3 });
    ops.sgdStep(weight, velocity, null, { learningRate: 0.1, momentum: 0, weightDecay: 1e-3 });
    const square = tf.variable(b);
    ops.sgdStep(square, { a, b: tensor([40, 200], 9) }, null, { learningRate: 0.1, momentum: 0, weightDecay: 1e-3 });
    outputs.push(weight, velocity, square);
    const values = outputs.map((output) => output.dataSync<'float32'>());
    tf.dispose([weight, velocity, square]);
    return values;
  });
}

describe('the threads of the cpu engine', () => {
  it('change no bit of what the inner loops give, however many they are', async () => {
    const engine = await openEngine('cpu', { threads: 1 });
    expect(engine.detail).toBe('WebAssembly, 1 thread');
    const alone = results();
    for (const threads of [2, 3]) {
      expect(await openEngine('cpu', { threads })).toMatchObject({ threads });
      results().forEach((values, i) => {
        const same = Buffer.compare(Buffer.from(values.buffer), Buffer.from(alone[i].buffer)) === 0;
        expect(same, `output ${i} with ${threads} threads`).toBe(true);
      });
    }
  });

  it('report calls that one of them cannot do, and work on', async () => {
    await openEngine('cpu');
    const { module } = await loadBackend();
    const team = await startTeam(2, module, null);
    const values = module._malloc(64);
    const heap = new Float32Array(module.asm.memory.buffer, values, 16).fill(1);
    const beyond = 2 ** 32 - 64;
    expect(() => team.run([[], [call('reluGrad', { dy: beyond, y: beyond, dx: beyond, count: 1024 })]])).toThrow(
      'A thread of the cpu engine',
    );
    team.run([
      [call('sgd', { w: values, grad: values, count: 8, rate: 1, decay: 0 })],
      [
        call('sgd', { w: values + 32, grad: values + 32, count: 8, rate: 0.5, decay: 0 }),
        call('sgd', { w: values + 32, grad: values + 32, count: 8, rate: 0.5, decay: 0 }),
      ],
    ]);
    expect([...heap]).toEqual([...Array<number>(8).fill(0), ...Array<number>(8).fill(0.25)]);
    module._free(values);
    await team.stop();
  });

  it('let the process end', () => {
    const engine = new URL('../../../main/engine/engine.ts', import.meta.url).href;
    const code = `import { openEngine } from ${JSON.stringify(engine)};
      console.log((await openEngine('cpu', { threads: 3 })).threads);`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ stdout, stderr, status }).toEqual({ stdout: '3\n', stderr: '', status: 0 });
  });
});
