import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { exportFolder, exportRuns } from '../../../../main/exports/export.ts';
import { logTarget, trackRun } from '../../../../main/exports/tracking/live.ts';
import { mlflowServer } from '../../../../main/exports/tracking/mlflow.ts';
import { sendToMlflow } from '../../../../main/exports/tracking/send.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { readEvents, type Event } from '../../../../main/runs/tensorboard/events.ts';
import { crc32c } from '../../../../main/runs/tensorboard/records.ts';
import { closing } from '../../../support/closing.ts';
import { epochOf, trainedRun } from '../../../support/run-curves.ts';
import { pairRecord, stepRecord } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

function recorded(store: Store): Run {
  const run = trainedRun(store, { name: 'deprune', optimiser: { momentum: 0.9 } }, [0.25, 0.5, 0.375], {
    group: 'fig@now',
  });
  store.append(run.id, [stepRecord(0), stepRecord(1), pairRecord(0)]);
  return run;
}

function eventsIn(folder: string): Event[] {
  return readdirSync(folder).flatMap((name) => [...readEvents(readFileSync(join(folder, name)))]);
}

/** The numbers under a tag, by their steps. */
function under(events: readonly Event[], tag: string): [number, number][] {
  return events.flatMap(({ step, scalars }) =>
    scalars.filter((scalar) => scalar.tag === tag).map(({ value }): [number, number] => [step, value]),
  );
}

describe('event files of TensorBoard', () => {
  it('sum as CRC-32C does', () => {
    // RFC 3720, B.4.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  it('have epochs, steps and pairs under the names of their columns', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store);
    const folder = temporaryFolder();
    expect(await exportFolder(store, [store.get(id)], 'tensorboard', folder)).toBe(true);
    const events = eventsIn(join(folder, id));
    expect(under(events, 'epoch/testAccuracy')).toEqual([
      [1, 0.25],
      [2, 0.5],
      [3, 0.375],
    ]);
    expect(under(events, 'epoch/bytesDown').at(-1)).toEqual([3, 6000]);
    expect(under(events, 'step/crossEntropy')).toEqual([
      [1, 1],
      [2, 0.5],
    ]);
    expect(under(events, 'pair/bytesPerSample')).toEqual([[1, 512]]);
    const texts = events.flatMap((event) => event.texts);
    expect(texts.find(({ tag }) => tag === 'sluice/run')?.text).toContain('"momentum": 0.9');
  });

  it('are read up to where they are cut off, and no further than where they are damaged', async () => {
    const store = openTestStore(temporaryFolder());
    const folder = temporaryFolder();
    await exportFolder(store, [recorded(store)], 'tensorboard', folder);
    const [run] = readdirSync(folder);
    const [name] = readdirSync(join(folder, run));
    const bytes = readFileSync(join(folder, run, name));
    const all = [...readEvents(bytes)];
    expect([...readEvents(bytes.subarray(0, -3))]).toEqual(all.slice(0, -1));
    bytes[bytes.length - 6] ^= 1;
    expect(() => [...readEvents(bytes)]).toThrow(/the record at byte \d+ is not as it was written/);
  });
});

describe('files for other tools', () => {
  it('are params.yaml and metrics.json, the settings as in an experiment and what came of them', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store);
    const { name, data } = await exportRuns(store, { runs: [id], format: 'params' });
    expect(name).toBe(`${id}-params.zip`);
    const files = unzipSync(data);
    expect(parse(strFromU8(files['params.yaml']))).toMatchObject({ optimiser: { momentum: 0.9 }, seeds: [1] });
    expect(JSON.parse(strFromU8(files['metrics.json']))).toMatchObject({
      epochs: 3,
      testAccuracy: 0.375,
      bestTestAccuracy: 0.5,
      bytesUp: 3000,
      bytesDown: 6000,
      seconds: 6,
    });
  });

  it('are a folder for Weights & Biases with a program that brings it there', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store);
    const files = unzipSync((await exportRuns(store, { runs: [id], format: 'wandb' })).data);
    expect(Object.keys(files)).toContain('import_wandb.py');
    const history = strFromU8(files[`${id}/history.jsonl`]).trimEnd().split('\n');
    const points = history.map((line) => JSON.parse(line) as { step: number; values: Record<string, number> });
    expect(points.filter(({ values }) => 'epoch/testAccuracy' in values).map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(JSON.parse(strFromU8(files[`${id}/config.json`]))).toMatchObject({ 'optimiser.momentum': 0.9, seed: 1 });
  });

  it('tell of a zip what is in it, as RO-Crate does', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = recorded(store);
    const files = unzipSync((await exportRuns(store, { runs: [id], format: 'zip' })).data);
    const crate = JSON.parse(strFromU8(files['ro-crate-metadata.json'])) as { '@graph': Record<string, unknown>[] };
    const entities = new Map(crate['@graph'].map((entity) => [entity['@id'], entity]));
    const listed = Object.keys(files).filter((path) => path !== 'ro-crate-metadata.json');
    for (const path of listed) expect(entities.get(path)).toMatchObject({ '@type': 'File' });
    expect(entities.get(`#run-${id}`)).toMatchObject({
      '@type': 'CreateAction',
      object: { '@id': `${id}/experiment.json` },
      result: expect.arrayContaining([{ '@id': `${id}/epochs.csv` }]) as unknown,
    });
    expect(entities.get('./')).toMatchObject({ '@type': 'Dataset', hasPart: expect.anything() as unknown });
  });
});

interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** A far side that answers as an MLflow server does where it is asked first; `answer` says otherwise. */
async function tracking(answer: (path: string) => [number, object] | undefined = () => undefined) {
  const asked: Asked[] = [];
  const answers: Record<string, [number, object]> = {
    'experiments/get-by-name': [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'No experiment' }],
    'experiments/create': [200, { experiment_id: '7' }],
    'runs/create': [200, { run: { info: { run_id: 'abc', artifact_uri: 'mlflow-artifacts:/7/abc/artifacts' } } }],
  };
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const path = new URL(request.url!, 'http://x').pathname.replace('/api/2.0/mlflow/', '');
      asked.push({ path, body: text.startsWith('{') ? (JSON.parse(text) as Asked['body']) : {} });
      const [status, value] = answer(path) ?? answers[path] ?? [200, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing({ close: () => void server.close() });
  return { asked, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

const bodies = (asked: readonly Asked[], path: string) =>
  asked.filter((each) => each.path === path).map(({ body }) => body);

describe('an MLflow server', () => {
  it('gets settings, numbers by step, a zip and the end of a run', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const { asked, uri } = await tracking();
    const sent = [];
    for await (const each of sendToMlflow(store, [run], uri, 'fig')) sent.push(each);
    expect(sent).toEqual([{ run: run.id, page: `${uri}/#/experiments/7/runs/abc`, outcome: 'sent', notes: [] }]);
    expect(bodies(asked, 'experiments/create')).toContainEqual({ name: 'fig' });
    const [params, metrics] = bodies(asked, 'runs/log-batch');
    expect(params['params']).toContainEqual({ key: 'optimiser.momentum', value: '0.9' });
    expect(metrics['metrics']).toContainEqual(
      expect.objectContaining({ key: 'epoch/testAccuracy', step: 2, value: 0.5 }),
    );
    expect(asked.map(({ path }) => path)).toContain(
      `/api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/${run.id}.zip`,
    );
    expect(bodies(asked, 'runs/update')).toMatchObject([{ run_id: 'abc', status: 'SCHEDULED' }]);
  });

  it('gets a run once', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const { asked, uri } = await tracking((path) =>
      path === 'runs/search' ? [200, { runs: [{ info: { run_id: 'old' } }] }] : undefined,
    );
    for await (const each of sendToMlflow(store, [run], uri, 'fig')) {
      expect(each).toMatchObject({ outcome: 'there', page: `${uri}/#/experiments/7/runs/old` });
    }
    expect(bodies(asked, 'runs/create')).toEqual([]);
  });

  it('is told of by what it said where it refuses, is none, or is not there', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const begin = (uri: string) => mlflowServer(uri, {}).begin('fig', run);
    const refusing = await tracking(() => [403, { error_code: 'PERMISSION_DENIED', message: 'not you' }]);
    await expect(begin(refusing.uri)).rejects.toThrow(/refused .* \(403\): not you\. Set MLFLOW_TRACKING_TOKEN/);
    await expect(begin('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'mlflow-unreachable' });
    expect(() => mlflowServer('ftp://x')).toThrow(/"ftp:\/\/x" is not the address/);
  });
});

describe('a run that is logged while it trains', () => {
  it('has in its event file what it recorded since it was begun', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const folder = temporaryFolder();
    const say = vi.fn();
    const logged = trackRun(store, run, [logTarget(`tensorboard:${folder}`)], say);
    store.append(run.id, [stepRecord(2), epochOf(3, 0.75, 1000)]);
    logged.look();
    store.append(run.id, [stepRecord(3)]);
    await logged.end();
    const events = eventsIn(join(folder, run.id));
    expect(under(events, 'epoch/testAccuracy')).toEqual([[4, 0.75]]);
    expect(under(events, 'step/crossEntropy').map(([step]) => step)).toEqual([3, 4]);
    expect(say).not.toHaveBeenCalled();
  });

  it('goes on where the far side does not, which is said once', async () => {
    const store = openTestStore(temporaryFolder());
    const run = recorded(store);
    const { uri, asked } = await tracking((path) =>
      path === 'runs/log-batch' && asked.length > 3 ? [500, { message: 'full' }] : undefined,
    );
    const folder = temporaryFolder();
    const said: string[] = [];
    const targets = [`mlflow:${uri}`, `tensorboard:${folder}`].map(logTarget);
    const logged = trackRun(store, run, targets, (text) => said.push(text));
    for (const epoch of [3, 4]) {
      store.append(run.id, [epochOf(epoch, 0.5, 1000)]);
      logged.look();
    }
    await logged.end();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^Nothing more is logged to mlflow:http.*full.* The run goes on\.$/s);
    expect(under(eventsIn(join(folder, run.id)), 'epoch/testAccuracy')).toHaveLength(2);
  });

  it('names a place that there is', () => {
    expect(() => logTarget('wandb:x')).toThrow(/--log-to wandb:x says no place/);
    expect(() => logTarget('tensorboard:')).toThrow(/says no place/);
  });
});
