import { codeOf } from '../errors.ts';
import type { Computed } from './batcher.ts';
import { createRegistry } from './metrics.ts';

export interface MeterOptions {
  /** OIP's names of the pairs that are served. */
  readonly models: readonly string[];
  /** Samples that wait for a pair. */
  waiting(model: string): number;
  /** By protocol. */
  connections(): Readonly<Record<string, number>>;
  /** Bytes at the sockets. */
  wire(): { readonly sent: number; readonly received: number };
}

/** What came of requests of one pair, as Triton's statistics tell it. */
export interface ModelStatistics {
  /** Requests that were answered, and that were not. */
  readonly success: Total;
  readonly fail: Total;
  readonly queue: Total;
  readonly compute: Total;
  /** Samples, and batches, that were computed. */
  readonly samples: number;
  readonly batches: number;
  /** Milliseconds since 1970; 0 before the first. */
  readonly last: number;
}

interface Total {
  count: number;
  seconds: number;
}

/** Counts what a server for inference does. */
export interface Meter {
  /** Counts a request, however it ends: from now until it has its answer. */
  request<T>(model: string, samples: number, work: () => Promise<Computed<T>>): Promise<Computed<T>>;
  /** A request that was refused before it waited for a pair; nothing for what `request` has counted. */
  refused(error: unknown, model?: string): void;
  /** A batch was computed. */
  batch(model: string, samples: number, seconds: number): void;
  statistics(model: string): ModelStatistics;
  /** Of all pairs. */
  totals(): {
    readonly requests: number;
    readonly failures: number;
    readonly samples: number;
    readonly batches: number;
  };
  /** For Prometheus. */
  text(): string;
}

const seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export function createMeter({ models, waiting, connections, wire }: MeterOptions): Meter {
  const registry = createRegistry();
  const totals = triton(registry);
  const queueSeconds = registry.histogram(
    'sluice_queue_seconds',
    'Time that requests waited for their computation',
    seconds,
  );
  const computeSeconds = registry.histogram('sluice_compute_seconds', 'Time that batches took', seconds);
  const batchSamples = registry.histogram('sluice_batch_samples', 'Samples of batches', batchSizes);
  registry.gauge('nv_inference_pending_request_count', 'Samples that wait for their computation', () =>
    models.map((model) => [labelsOf(model), waiting(model)]),
  );
  registry.gauge('sluice_connections', 'Open connections by protocol', () =>
    Object.entries(connections()).map(([protocol, count]) => [{ protocol }, count]),
  );
  registry.counted('sluice_received_bytes_total', 'Bytes received at the sockets', () => wire().received);
  registry.counted('sluice_sent_bytes_total', 'Bytes sent at the sockets', () => wire().sent);

  let refusals = 0;
  const counted = new WeakSet<object>();
  const known = new Map(models.map((model) => [model, freshStatistics()]));

  return {
    async request(model, samples, work) {
      const began = performance.now();
      const own = known.get(model)!;
      try {
        const computed = await work();
        const { waitSeconds, serverSeconds } = computed;
        const took = (performance.now() - began) / 1000;
        add(own.success, took);
        add(own.queue, waitSeconds);
        add(own.compute, serverSeconds);
        own.samples += samples;
        own.last = Date.now();
        queueSeconds.observe({ model }, waitSeconds);
        totals.answered(model, samples, { took, waitSeconds, serverSeconds });
        return computed;
      } catch (error) {
        add(own.fail, (performance.now() - began) / 1000);
        totals.failed(model, reasonOf(error));
        counted.add(error as object);
        throw error;
      }
    },
    refused(error, model = '') {
      if (counted.has(error as object)) return;
      counted.add(error as object);
      refusals++;
      totals.failed(model, reasonOf(error));
    },
    batch(model, samples, took) {
      known.get(model)!.batches++;
      computeSeconds.observe({ model }, took);
      batchSamples.observe({ model }, samples);
      totals.computed(model);
    },
    statistics: (model) => known.get(model)!,
    totals() {
      const all = [...known.values()];
      const sum = (of: (own: ModelStatistics) => number): number => all.reduce((total, own) => total + of(own), 0);
      return {
        requests: sum(({ success }) => success.count),
        failures: refusals + sum(({ fail }) => fail.count),
        samples: sum(({ samples }) => samples),
        batches: sum(({ batches }) => batches),
      };
    },
    text: () => registry.text(),
  };
}

/** Counters under Triton's names, where it has them. */
function triton(registry: ReturnType<typeof createRegistry>) {
  const success = registry.counter('nv_inference_request_success', 'Requests that were answered');
  const failure = registry.counter('nv_inference_request_failure', 'Requests that were not, by the reason');
  const count = registry.counter('nv_inference_count', 'Samples that were computed');
  const executions = registry.counter('nv_inference_exec_count', 'Batches that were computed');
  const duration = registry.counter('nv_inference_request_duration_us', 'Microseconds of requests from end to end');
  const queue = registry.counter('nv_inference_queue_duration_us', 'Microseconds that requests waited');
  const compute = registry.counter(
    'nv_inference_compute_infer_duration_us',
    'Microseconds that requests were computed',
  );
  return {
    answered(
      model: string,
      samples: number,
      times: { readonly took: number; readonly waitSeconds: number; readonly serverSeconds: number },
    ): void {
      const labels = labelsOf(model);
      success.add(labels);
      count.add(labels, samples);
      duration.add(labels, microseconds(times.took));
      queue.add(labels, microseconds(times.waitSeconds));
      compute.add(labels, microseconds(times.serverSeconds));
    },
    failed: (model: string, reason: string): void => failure.add({ ...labelsOf(model), reason }),
    computed: (model: string): void => executions.add(labelsOf(model)),
  };
}

function labelsOf(model: string) {
  return { model, version: '1' };
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? 'server-failed';
}

function microseconds(value: number): number {
  return Math.round(1e6 * value);
}

function freshStatistics() {
  const none = (): Total => ({ count: 0, seconds: 0 });
  return { success: none(), fail: none(), queue: none(), compute: none(), samples: 0, batches: 0, last: 0 };
}

function add(total: Total, took: number): void {
  total.count++;
  total.seconds += took;
}
