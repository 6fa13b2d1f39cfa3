import { expect, it } from 'vitest';
import { createMeter } from '../../../main/serving/meter.ts';
import { createRegistry } from '../../../main/serving/metrics.ts';
import { SluiceError } from '../../../main/errors.ts';

it('writes counters, gauges and histograms as Prometheus reads them', () => {
  const registry = createRegistry();
  const asked = registry.counter('asked', 'What was asked');
  asked.add({ model: 'a "b"\\\n' });
  asked.add({ model: 'a "b"\\\n' }, 2);
  registry.gauge('now', 'What is', () => [[{}, 3]]);
  registry.counted('bytes_total', 'Bytes', () => 7);
  const took = registry.histogram('took', 'Seconds', [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 2]) took.observe({ model: 'm' }, value);
  expect(registry.text()).toBe(`# HELP asked What was asked
# TYPE asked counter
asked{model="a \\"b\\"\\\\\\n"} 3
# HELP now What is
# TYPE now gauge
now 3
# HELP bytes_total Bytes
# TYPE bytes_total counter
bytes_total 7
# HELP took Seconds
# TYPE took histogram
took_bucket{model="m",le="0.1"} 2
took_bucket{model="m",le="1"} 3
took_bucket{model="m",le="+Inf"} 4
took_sum{model="m"} 2.65
took_count{model="m"} 4
`);
});

it('counts requests by what came of them', async () => {
  const meter = createMeter({
    models: ['m', 'idle'],
    waiting: (model) => (model === 'm' ? 5 : 0),
    connections: () => ({ http: 2, sluice: 1 }),
    wire: () => ({ sent: 10, received: 20 }),
  });
  const computed = { answer: null, waitSeconds: 0.25, serverSeconds: 0.5, batch: 3 };
  await meter.request('m', 3, () => Promise.resolve(computed));
  await expect(meter.request('m', 1, () => Promise.reject(new SluiceError('limit-queue', 'Full.')))).rejects.toThrow(
    'Full.',
  );
  meter.batch('m', 3, 0.5);
  meter.refused(new SluiceError('auth-token', 'Wrong.'));

  expect(meter.totals()).toEqual({ requests: 1, failures: 2, samples: 3, batches: 1 });
  expect(meter.statistics('m')).toMatchObject({
    success: { count: 1 },
    fail: { count: 1 },
    queue: { count: 1, seconds: 0.25 },
    compute: { count: 1, seconds: 0.5 },
  });
  const lines = meter.text().split('\n');
  for (const line of [
    'nv_inference_request_success{model="m",version="1"} 1',
    'nv_inference_request_failure{model="m",version="1",reason="limit-queue"} 1',
    'nv_inference_request_failure{model="",version="1",reason="auth-token"} 1',
    'nv_inference_count{model="m",version="1"} 3',
    'nv_inference_exec_count{model="m",version="1"} 1',
    'nv_inference_queue_duration_us{model="m",version="1"} 250000',
    'nv_inference_compute_infer_duration_us{model="m",version="1"} 500000',
    'nv_inference_pending_request_count{model="m",version="1"} 5',
    'sluice_batch_samples_bucket{model="m",le="2"} 0',
    'sluice_batch_samples_bucket{model="m",le="4"} 1',
    'sluice_connections{protocol="http"} 2',
    'sluice_received_bytes_total 20',
  ]) {
    expect(lines).toContain(line);
  }
});
