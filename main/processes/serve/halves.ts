import type * as OnnxRuntime from 'onnxruntime-common';
import { messageOf, SluiceError } from '../../errors.ts';
import { serverOnnxOf } from '../../exports/onnx/set.ts';
import type { Features } from '../../offload/protocol/messages.ts';
import type { Budget } from '../../records/column.ts';
import { channelsFirst } from '../../serving/layout.ts';
import { serverOf, type OpenedSet } from '../../sets/open.ts';
import { requestBudget } from '../../sets/pair.ts';

/** A server half that computes requests. */
export interface LoadedHalf {
  /** Logits `[samples, classes]`. */
  infer(features: Features): Promise<Float32Array>;
}

export type LoadedHalves = ReadonlyMap<Budget, LoadedHalf>;

/** The server half of every pair, on the engine that is open. */
export async function engineHalves(set: OpenedSet): Promise<LoadedHalves> {
  const halves = new Map<Budget, LoadedHalf>();
  for (const { budget } of set.manifest.pairs) halves.set(budget, await serverOf(set, budget));
  return halves;
}

/**
 * The same as ONNX, on ONNX Runtime. Throws `onnxruntime-missing` where its package is not installed, and `runtime-unsuited` for
 * pairs whose requests say which nodes they keep: a half as ONNX has its own.
 */
export async function onnxHalves(set: OpenedSet, threads: number | undefined): Promise<LoadedHalves> {
  const chosen = set.manifest.pairs.find((pair) => requestBudget(pair) !== null);
  if (chosen) {
    throw new SluiceError(
      'runtime-unsuited',
      `The pair of budget ${chosen.budget} of set "${set.name}" takes the nodes that each request names, which ONNX Runtime cannot: leave --runtime out.`,
      { path: 'runtime' },
    );
  }
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const options = {
    executionMode: 'sequential',
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  } as const;
  const halves = new Map<Budget, LoadedHalf>();
  for (const pair of set.manifest.pairs) {
    const { model, input } = await serverOnnxOf(set, pair);
    const session = await InferenceSession.create(model, options);
    halves.set(pair.budget, {
      async infer({ maps, shape: [samples, height, width] }) {
        const values = channelsFirst(maps, samples, height * width);
        const { logits } = await session.run({ maps: new Tensor('float32', values, [samples, ...input.shape]) });
        // Its memory is the runtime's, and the answer is given away.
        return (logits.data as Float32Array).slice();
      },
    });
  }
  return halves;
}

async function loadOnnxRuntime(): Promise<typeof OnnxRuntime> {
  try {
    // Not installed with Sluice, so that its types are not there either; it exports those of its common part.
    const name: string = 'onnxruntime-node';
    return (await import(name)) as typeof OnnxRuntime;
  } catch (cause) {
    throw new SluiceError(
      'onnxruntime-missing',
      `ONNX Runtime cannot be loaded (${messageOf(cause).split('\n')[0]}). Install it beside Sluice with ` +
        '"npm install onnxruntime-node@1.30.0", or leave --runtime out.',
      { path: 'runtime', cause },
    );
  }
}
