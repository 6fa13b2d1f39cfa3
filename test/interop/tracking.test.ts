import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { exportFolder } from '../../main/exports/export.ts';
import { sendToMlflow } from '../../main/exports/tracking/send.ts';
import { importRuns } from '../../main/runs/import/import.ts';
import type { Run } from '../../main/runs/store/run.ts';
import type { Store } from '../../main/runs/store/store.ts';
import { closing } from '../support/closing.ts';
import { pythonHas } from '../support/python.ts';
import { trainedRun } from '../support/run-curves.ts';
import { experiment, pairRecord, stepRecord } from '../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';
import { where } from '../support/where.ts';

/** The trackers themselves read what is written for them. */

function recorded(store: Store): Run {
  const settings = { name: 'deprune', optimiser: { momentum: 0.875 } } as const;
  const run = trainedRun(store, settings, [0.25, 0.5, 0.375], { group: 'fig@now' });
  store.append(run.id, [stepRecord(0), stepRecord(1), pairRecord(0)]);
  return run;
}

/** Runs code; what it prints is JSON. */
function python(code: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', code, ...args], { encoding: 'utf8', maxBuffer: 1e8 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

const readWithTensorboard = `
import json, sys
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
events = EventAccumulator(sys.argv[1], size_guidance={'tensors': 0}).Reload()
from tensorboard.util import tensor_util
tags = events.PluginTagToContent('scalars').keys()
scalars = {tag: [[e.step, float(tensor_util.make_ndarray(e.tensor_proto))] for e in events.Tensors(tag)] for tag in tags}
content = events.PluginTagToContent('hparams')[metadata.SESSION_START_INFO_TAG]
info = metadata.parse_session_start_info_plugin_data(content)
text = [tensor_util.make_ndarray(e.tensor_proto)[0].decode() for e in events.Tensors('sluice/run')]
print(json.dumps({'scalars': scalars, 'momentum': info.hparams['optimiser.momentum'].number_value,
  'model': info.hparams['model.name'].string_value, 'group': info.group_name, 'text': text}))
`;

/** As Keras does: a folder for each part of the data, a tag for each number. */
const writeWithTensorboard = `
import sys
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
for part, tags in {'train': {'epoch_loss': [2, 1], 'lr': [0.1, 0.1]}, 'validation': {'epoch_accuracy': [0.25, 0.5]}}.items():
    writer = EventFileWriter(sys.argv[1] + '/' + part)
    for tag, values in tags.items():
        for step, value in enumerate(values):
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            writer.add_event(Event(wall_time=1e9 + step, step=step, summary=summary))
    writer.close()
print('{}')
`;

where(pythonHas('tensorboard'), 'no TensorBoard').describe('TensorBoard', { timeout: 120_000 }, () => {
  it('finds the numbers, the settings and what run it is in the event files', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const folder = temporaryFolder();
    await exportFolder(store, [run], 'tensorboard', folder);
    const found = python(readWithTensorboard, join(folder, run.id)) as {
      scalars: Record<string, [number, number][]>;
      text: string[];
    };
    expect(found).toMatchObject({ momentum: 0.875, model: 'vgg11', group: 'fig@now' });
    expect(found.scalars['epoch/testAccuracy']).toEqual([
      [1, 0.25],
      [2, 0.5],
      [3, 0.375],
    ]);
    expect(found.scalars['step/crossEntropy']).toEqual([
      [1, 1],
      [2, 0.5],
    ]);
    expect(found.text[0]).toContain(run.uid);
  });

  it('writes event files that come in as a run to compare with', async () => {
    const folder = join(temporaryFolder(), 'baseline');
    python(writeWithTensorboard, folder);
    const home = temporaryFolder();
    const store = openTestStore(home);
    const [refused] = await importRuns(store, folder, { home });
    expect(refused).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('--settings') as string });
    const settings = experiment({ name: 'mine' });
    const [taken] = await importRuns(store, folder, { home, settings });
    expect(taken).toMatchObject({ outcome: 'imported', from: 'baseline' });
    expect(taken.reason).toMatch(/Taken: .*validation\/epoch_accuracy as testAccuracy.*\. Left out: train\/lr\./);
    const epochs = store.epochs(taken.id!);
    expect(epochs.map(({ epoch, testAccuracy, trainLoss }) => [epoch, testAccuracy, trainLoss])).toEqual([
      [0, 0.25, 2],
      [1, 0.5, 1],
    ]);
    expect(store.get(taken.id!)).toMatchObject({ name: 'baseline', status: 'finished' });
  });
});

where(pythonHas('mlflow'), 'no MLflow').describe('MLflow', { timeout: 180_000 }, () => {
  it('has settings, numbers by step and a zip of the run, once', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const uri = await startMlflow();
    const send = async () => {
      const sent = [];
      for await (const each of sendToMlflow(store, [run], uri, 'fig')) sent.push(each);
      return sent;
    };
    expect(await send()).toMatchObject([{ outcome: 'sent', notes: [] }]);
    const ask = async (path: string, body?: object) => {
      const post = body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      };
      const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, post);
      return (await response.json()) as Record<string, never>;
    };
    const named = (await ask('experiments/get-by-name?experiment_name=fig')) as unknown as {
      experiment: { experiment_id: string };
    };
    const found = (await ask('runs/search', { experiment_ids: [named.experiment.experiment_id] })) as unknown as {
      runs: { info: { run_id: string }; data: { params: object[] } }[];
    };
    const [{ info, data }] = found.runs;
    expect(data.params).toContainEqual({ key: 'optimiser.momentum', value: '0.875' });
    const history = await ask(`metrics/get-history?run_id=${info.run_id}&metric_key=epoch/testAccuracy`);
    expect(history).toMatchObject({
      metrics: [0.25, 0.5, 0.375].map((value, i) => expect.objectContaining({ value, step: i + 1 }) as unknown),
    });
    const files = await ask(`artifacts/list?run_id=${info.run_id}`);
    expect(files).toMatchObject({ files: [{ path: `${run.id}.zip`, is_dir: false }] });
    expect(await send()).toMatchObject([{ outcome: 'there' }]);
  });
});

/** A tracking server on a port of its own, until the test ends. */
async function startMlflow(): Promise<string> {
  const folder = temporaryFolder();
  const port = await freePort();
  const options = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`, '--artifacts-destination', folder];
  const server = spawn(
    'python3',
    ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...options],
    {
      cwd: folder,
      stdio: 'ignore',
      detached: true,
    },
  );
  closing({ close: () => server.pid !== undefined && process.kill(-server.pid) });
  const uri = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null) throw new Error(`mlflow server ended with ${server.exitCode}`);
    await setTimeout(250);
  }
  return uri;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
