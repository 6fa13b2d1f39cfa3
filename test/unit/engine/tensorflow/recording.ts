import * as tf from '@tensorflow/tfjs-core';
import type { Attribute } from '../../../../main/engine/tensorflow/attributes.ts';
import { useOps } from '../../../../main/engine/ops/current.ts';
import * as ops from '../../../../main/engine/tensorflow/ops/index.ts';
import { openSlots } from '../../../../main/engine/tensorflow/ops/in-place.ts';

/** An operation that TensorFlow was asked for: attributes by name, inputs as their shapes, small integers as themselves. */
export interface Recorded {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: readonly unknown[];
}

/** What is asked of TensorFlow, in order, since it was last emptied. */
export const recorded: Recorded[] = [];

/** Shapes of what an operation gives; of all others it is that of the last input. */
type Shapes = (inputs: readonly number[][], attributes: Readonly<Record<string, unknown>>) => number[][];

const shapes: Readonly<Record<string, Shapes>> = {
  FusedBatchNormV3: ([x, gamma]) => [x, gamma, gamma, gamma, gamma, [0]],
  FusedBatchNormGradV3: ([dy, , gamma]) => [dy, gamma, gamma, [0], [0]],
  ExtractImagePatches: ([x], { ksizes }) => [
    [...x.slice(0, 3), x[3] * (ksizes as number[])[1] * (ksizes as number[])[2]],
  ],
  MatMul: ([a, b], { transpose_a: across }) => [[a[across ? 1 : 0], b[1]]],
  Pad: ([x]) => [[...x.slice(0, -1), x[x.length - 1] + 1]],
  GatherV2: ([x, indices]) => [[...x.slice(0, -1), indices[0]]],
  VarHandleOp: () => [[]],
  ReadVariableOp: () => [held.get('value') ?? []],
};

/** What the slots hold: the shape that was assigned last is enough, as tests write one variable or two alike. */
const held = new Map<string, number[]>();

/** A backend that records what TensorFlow would be asked for and computes nothing: results are of the right shape. */
class RecordingBackend extends tf.KernelBackend {
  private readonly values = new Map<object, { values: tf.backend_util.BackendValues; uses: number }>();

  readonly isUsingGpuDevice: boolean;

  constructor(isUsingGpuDevice: boolean) {
    super();
    this.isUsingGpuDevice = isUsingGpuDevice;
  }

  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor {
    return this.executeMultipleOutputs(name, attributes, inputs, 1)[0];
  }

  executeMultipleOutputs(
    name: string,
    list: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[] {
    const attributes = Object.fromEntries(list.map((attribute) => [attribute.name, attribute.value]));
    recorded.push({ name, attributes, inputs: inputs.map((input) => this.describe(input)) });
    const given = inputs.map(({ shape }) => shape);
    if (name === 'AssignVariableOp') held.set('value', given[1]);
    const made = shapes[name]?.(given, attributes) ?? [given.at(-1) ?? []];
    return made
      .slice(0, outputs)
      .map((shape) => tf.engine().makeTensor(new Float32Array(tf.util.sizeFromShape(shape)), shape, 'float32', this));
  }

  private describe({ dataId, shape, dtype }: tf.TensorInfo): unknown {
    const { values } = this.values.get(dataId)!;
    return dtype === 'int32' || shape.length === 0 ? [...(values as Int32Array)] : shape;
  }

  override write(values: tf.backend_util.BackendValues): object {
    const dataId = {};
    this.values.set(dataId, { values, uses: 1 });
    return dataId;
  }

  override incRef(dataId: object): void {
    this.values.get(dataId)!.uses++;
  }

  override refCount(dataId: object): number {
    return this.values.get(dataId)?.uses ?? 0;
  }

  override disposeData(dataId: object): boolean {
    const entry = this.values.get(dataId);
    if (entry && --entry.uses > 0) return false;
    this.values.delete(dataId);
    return true;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    return this.values.get(dataId)!.values;
  }

  override numDataIds(): number {
    return this.values.size;
  }

  override floatPrecision(): 32 {
    return 32;
  }
}

/** Has the operations of the layers recorded, as if on a GPU or on a processor. */
export async function record(device: 'gpu' | 'processor'): Promise<void> {
  const name = `recording-${device}`;
  if (!tf.findBackend(name)) {
    const backend = new RecordingBackend(device === 'gpu');
    tf.registerBackend(name, () => backend);
    for (const kernelName of [tf.Reshape, tf.Identity]) registerView(name, kernelName, backend);
    registerShaped(name, tf.Slice, ({ size }) => size);
    registerShaped(name, tf.PadV2, ({ paddings }, x) => x.map((side, i) => side + paddings[i][0] + paddings[i][1]));
  }
  await tf.setBackend(name);
  useOps(ops);
  openSlots();
  recorded.length = 0;
}

/** Another shape of the same values. */
function registerView(backendName: string, kernelName: string, backend: RecordingBackend): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc({ inputs, attrs }) {
      const { x } = inputs as { x: tf.TensorInfo };
      backend.incRef(x.dataId);
      const wanted = (attrs as { shape?: number[] } | undefined)?.shape;
      const shape = wanted ? tf.util.inferFromImplicitShape(wanted, tf.util.sizeFromShape(x.shape)) : x.shape;
      return { dataId: x.dataId, shape, dtype: x.dtype };
    },
  });
}

interface Resized {
  readonly size: number[];
  readonly paddings: readonly (readonly [number, number])[];
}

/** A kernel of TensorFlow.js that gives zeros of another shape. */
function registerShaped(
  backendName: string,
  kernelName: string,
  shapeOf: (attributes: Resized, x: readonly number[]) => number[],
): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => tf.zeros(shapeOf(attrs as unknown as Resized, inputs['x']!.shape)),
  });
}
