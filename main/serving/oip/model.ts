import type { ServedPair } from '../pairs.ts';
import type { BatchLimits } from '../batcher.ts';
import type { ModelStatistics } from '../meter.ts';

/** A pair as a model of the Open Inference Protocol: as its server half is as ONNX, so that either takes the other's place. */
export const inputName = 'maps';
export const outputName = 'logits';
export const modelVersion = '1';
const platform = 'sluice';

/** Without the batch: the maps that are sent, [maps, h, w], or [nodes] of an MLP. */
export function inputShape({ sent: [height, width, total], selection, nodes }: ServedPair): number[] {
  const maps = selection?.kept.length ?? total;
  return nodes ? [maps] : [maps, height, width];
}

export function modelMetadata(pair: ServedPair) {
  return {
    name: pair.name,
    versions: [modelVersion],
    platform,
    inputs: [{ name: inputName, datatype: 'FP32', shape: [-1, ...inputShape(pair)] }],
    outputs: [{ name: outputName, datatype: 'FP32', shape: [-1, pair.classes.length] }],
    parameters: { classes: pair.classes },
  };
}

/** As Triton tells it to load tools. */
export function modelConfig(pair: ServedPair, { maxBatch, maxWaitMs }: Pick<BatchLimits, 'maxBatch' | 'maxWaitMs'>) {
  return {
    name: pair.name,
    platform,
    backend: 'sluice',
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: maxBatch,
    input: [{ name: inputName, data_type: 'TYPE_FP32', dims: inputShape(pair) }],
    output: [{ name: outputName, data_type: 'TYPE_FP32', dims: [pair.classes.length] }],
    dynamic_batching: { max_queue_delay_microseconds: Math.round(1000 * maxWaitMs) },
  };
}

/** As Triton's statistics extension has it: counts, and nanoseconds in all. */
export function modelStatistics({ name }: ServedPair, statistics: ModelStatistics) {
  const { success, fail, queue, compute, samples, batches, last } = statistics;
  const total = ({ count, seconds }: { count: number; seconds: number }) => ({ count, ns: Math.round(1e9 * seconds) });
  const none = { count: success.count, ns: 0 };
  return {
    name,
    version: modelVersion,
    last_inference: last,
    inference_count: samples,
    execution_count: batches,
    inference_stats: {
      success: total(success),
      fail: total(fail),
      queue: total(queue),
      compute_input: none,
      compute_infer: total(compute),
      compute_output: none,
      cache_hit: { count: 0, ns: 0 },
      cache_miss: { count: 0, ns: 0 },
    },
    batch_stats: [],
  };
}
