import { describe, expect, it } from 'vitest';
import { latch, nodesPair, pair, serving, token, type FakeServing } from './served.ts';

const bearer = { Authorization: `Bearer ${token}` };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly json: Record<string, unknown>;
}

async function ask(server: FakeServing, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(server.http + path, { headers: bearer, ...init });
  const body = new Uint8Array(await response.arrayBuffer());
  const length = Number(response.headers.get('Inference-Header-Content-Length') ?? body.length);
  const text = new TextDecoder().decode(body.subarray(0, length));
  const json = response.headers.get('Content-Type')?.includes('text/plain')
    ? {}
    : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body: body.subarray(length), json };
}

const input = (change: object = {}) => ({
  name: 'maps',
  shape: [1, 2, 1, 2],
  datatype: 'FP32',
  data: [1, 2, 3, 4],
  ...change,
});

function infer(
  server: FakeServing,
  body: object | string | Uint8Array,
  headers: Record<string, string> = {},
  model = pair.name,
) {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return ask(server, `/v2/models/${model}/infer`, {
    method: 'POST',
    body: sent as RequestInit['body'],
    headers: { ...bearer, ...headers },
  });
}

function binary(json: object, values: Float32Array): { body: Uint8Array; headers: Record<string, string> } {
  const head = new TextEncoder().encode(JSON.stringify(json));
  const body = Uint8Array.of(...head, ...new Uint8Array(values.buffer));
  return { body, headers: { 'Inference-Header-Content-Length': String(head.length) } };
}

const binaryInput = (size: number, change: object = {}) => ({
  inputs: [{ name: 'maps', shape: [1, 2, 1, 2], datatype: 'FP32', parameters: { binary_data_size: size } }],
  ...change,
});

describe('the Open Inference Protocol', () => {
  it('tells of server, models, health and readiness, of which health alone needs no token', async () => {
    const server = await serving();
    for (const path of ['/v2/health/live', '/v2/health/ready'])
      expect((await fetch(server.http + path)).status).toBe(200);
    const stranger = await ask(server, '/v2', { headers: {} });
    expect([stranger.status, stranger.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer']);
    expect((await ask(server, '/metrics', { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);

    expect((await ask(server, '/v2')).json).toMatchObject({ name: 'sluice', version: '9.8.7' });
    for (const path of ['/v2/models/tiny-2', '/v2/models/tiny-2/versions/1']) {
      expect((await ask(server, path)).json).toEqual({
        name: 'tiny-2',
        versions: ['1'],
        platform: 'sluice',
        inputs: [{ name: 'maps', datatype: 'FP32', shape: [-1, 2, 1, 2] }],
        outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 2] }],
        parameters: { classes: ['cat', 'dog'] },
      });
    }
    expect((await ask(server, '/v2/models/tiny-1')).json).toMatchObject({ inputs: [{ shape: [-1, 2] }] });
    expect((await ask(server, '/v2/models/tiny-2/ready')).status).toBe(200);
    expect((await ask(server, '/v2/models/tiny-2/config')).json).toMatchObject({ max_batch_size: 8 });
    expect((await ask(server, '/v2/repository/index', { method: 'POST' })).json).toHaveLength(2);
  });

  it.each([
    ['/v2/models/other', 404, 'no model "other"'],
    ['/v2/models/tiny-2/versions/2', 404, 'version 2'],
    ['/v2/models/tiny-2/explain', 404, 'explain'],
    ['/elsewhere', 404, 'nothing at /elsewhere'],
    ['/v2/%ZZ', 400, 'path'],
  ])('answers %s with %i', async (path, status, words) => {
    const answer = await ask(await serving(), path);
    expect(answer.status).toBe(status);
    expect(answer.json['error']).toContain(words);
  });

  it('names the methods that a path takes', async () => {
    const answer = await ask(await serving(), '/v2/models/tiny-2/infer');
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST']);
  });

  it('infers from JSON, in one list or lists of lists, and answers with the id', async () => {
    const server = await serving();
    const flat = await infer(server, { id: 'seven', inputs: [input()], outputs: [{ name: 'logits' }] });
    expect(flat.json).toMatchObject({
      model_name: 'tiny-2',
      model_version: '1',
      id: 'seven',
      parameters: { batch_samples: 1 },
      // Maps come one after the other, and are computed place by place.
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [1, 2], data: [1, 3] }],
    });
    const nested = await infer(server, { inputs: [input({ data: [[[[1, 2]], [[3, 4]]]] })] });
    expect(nested.json).toMatchObject({ outputs: [{ data: [1, 3] }] });
    expect(nested.json).not.toHaveProperty('id');
    expect(server.computed[0]).toMatchObject({ maps: Float32Array.of(1, 3, 2, 4), shape: [1, 1, 2], total: 2 });
  });

  it('infers from bytes, and answers in bytes where they are wanted', async () => {
    const server = await serving();
    const values = Float32Array.of(1.5, 2, -3, 4);
    const wanted = [{ name: 'logits', parameters: { binary_data: true } }];
    const { body, headers } = binary(binaryInput(16, { outputs: wanted }), values);
    const answer = await infer(server, body, headers);
    expect(answer.json).toMatchObject({ outputs: [{ shape: [1, 2], parameters: { binary_data_size: 8 } }] });
    expect(answer.headers.get('Content-Type')).toBe('application/octet-stream');
    expect([...new Float32Array(answer.body.slice().buffer)]).toEqual([1.5, -3]);

    const all = binary(binaryInput(16, { parameters: { binary_data_output: true } }), values);
    expect((await infer(server, all.body, all.headers)).body.length).toBe(8);
    const text = binary(binaryInput(16), values);
    expect((await infer(server, text.body, text.headers)).json).toMatchObject({ outputs: [{ data: [1.5, -3] }] });
  });

  it('knows which nodes a pair of an MLP keeps', async () => {
    const server = await serving();
    await infer(server, { inputs: [input({ shape: [2, 2] })] }, {}, nodesPair.name);
    expect(server.computed[0]).toMatchObject({ shape: [2, 1, 1], total: 4, selection: nodesPair.selection });
  });

  const json = (body: unknown) => JSON.stringify(body);
  it.each<[string, string, string]>([
    ['no JSON', '{', 'not JSON'],
    ['no object', '7', 'wrong at body'],
    ['no input', json({ inputs: [] }), 'expected one named "maps"'],
    ['two inputs', json({ inputs: [input(), input()] }), '"maps", "maps"'],
    ['another input', json({ inputs: [input({ name: 'images' })] }), '"images"'],
    ['another type', json({ inputs: [input({ datatype: 'FP64' })] }), 'FP64'],
    ['another shape', json({ inputs: [input({ shape: [1, 2, 2] })] }), '[1, 2, 2], expected [samples, 2, 1, 2]'],
    ['no samples', json({ inputs: [input({ shape: [0, 2, 1, 2] })] }), '[0, 2, 1, 2]'],
    ['a shape beyond all memory', json({ inputs: [input({ shape: [2 ** 40, 2, 1, 2] })] }), 'computes at most 8'],
    ['too few values', json({ inputs: [input({ data: [1, 2, 3] })] }), 'fewer values than the 4'],
    ['too many values', json({ inputs: [input({ data: [1, 2, 3, 4, 5] })] }), 'more values than the 4'],
    ['values that are none', json({ inputs: [input({ data: [1, 2, '3', 4] })] }), 'Value 2'],
    ['values beyond FP32', json({ inputs: [input({ data: [1, 2, 3, 1e39] })] }), 'Value 3'],
    ['lists too deep', json({ inputs: [input({ data: [[[[[1, 2, 3, 4]]]]] })] }), 'no number'],
    ['no data', json({ inputs: [input({ data: undefined })] }), 'no data'],
    ['another output', json({ inputs: [input()], outputs: [{ name: 'classes' }] }), '"classes"'],
    ['an unknown parameter', json({ inputs: [input()], parameters: { sequence_id: 1 } }), 'sequence_id'],
    [
      'top-k',
      json({ inputs: [input()], outputs: [{ name: 'logits', parameters: { classification: 3 } }] }),
      'classification',
    ],
    ['shared memory', json({ inputs: [input({ parameters: { shared_memory_region: 'a' } })] }), 'shared_memory_region'],
    ['a timeout in words', json({ inputs: [input()], parameters: { timeout: 'soon' } }), 'timeout'],
    ['bytes without their header', json(binaryInput(16)), 'Inference-Header-Content-Length'],
  ])('refuses %s by name', async (_, body, words) => {
    const server = await serving();
    const answer = await infer(server, body);
    expect([answer.status, answer.json['error']]).toEqual([400, expect.stringContaining(words)]);
    expect(server.computed).toEqual([]);
    expect((await infer(server, { inputs: [input()] })).status).toBe(200);
  });

  it.each<[string, () => { body: Uint8Array; headers: Record<string, string> }, string]>([
    ['fewer bytes', () => binary(binaryInput(16), new Float32Array(3)), 'ends 4 bytes before'],
    ['more bytes', () => binary(binaryInput(16), new Float32Array(5)), '4 bytes follow'],
    ['a size that is not that of the shape', () => binary(binaryInput(12), new Float32Array(3)), 'takes 16 bytes'],
    ['a size that is none', () => binary(binaryInput(-1), new Float32Array(4)), 'takes 16 bytes'],
    ['infinities', () => binary(binaryInput(16), new Float32Array(4).fill(Infinity)), 'Infinity'],
    [
      'data twice',
      () => binary({ inputs: [{ ...binaryInput(16).inputs[0], data: [1, 2, 3, 4] }] }, new Float32Array(4)),
      'both',
    ],
    [
      'a header beyond the body',
      () => ({
        ...binary(binaryInput(16), new Float32Array(4)),
        headers: { 'Inference-Header-Content-Length': '999' },
      }),
      '999',
    ],
    [
      'a header that is no number',
      () => ({ ...binary(binaryInput(16), new Float32Array(4)), headers: { 'Inference-Header-Content-Length': '-5' } }),
      '"-5"',
    ],
  ])('refuses a binary tensor with %s', async (_, made, words) => {
    const { body, headers } = made();
    const answer = await infer(await serving(), body, headers);
    expect([answer.status, answer.json['error']]).toEqual([400, expect.stringContaining(words)]);
  });

  it('takes no body beyond its limit, nor one that is packed', async () => {
    const server = await serving({ limits: { messageBytes: 65536 } });
    const large = await infer(server, ' '.repeat(65537));
    expect([large.status, large.json['error']]).toEqual([413, expect.stringContaining('--max-frame')]);
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(40_000));
      },
    });
    const endless = await fetch(`${server.http}/v2/models/tiny-2/infer`, {
      method: 'POST',
      headers: bearer,
      body: stream,
      duplex: 'half',
    });
    expect(endless.status).toBe(413);
    expect((await infer(server, {}, { 'Content-Encoding': 'gzip' })).status).toBe(415);
  });
});

describe('overload over HTTP', () => {
  it('is refused with 503 and when to come again, and a request that comes too late with 504', async () => {
    const { wait, open } = latch();
    const server = await serving({ maxQueue: 8 }, wait);
    const first = infer(server, { inputs: [input()] });
    await expect.poll(() => server.computed.length).toBe(1);
    const late = infer(server, { inputs: [input()], parameters: { timeout: 2000 } });
    expect((await late).status).toBe(504);
    const eight = input({ shape: [8, 2, 1, 2], data: new Array(32).fill(0) });
    const waiting = infer(server, { inputs: [eight] });
    await expect.poll(() => server.stats().waiting).toBe(8);
    const refused = await infer(server, { inputs: [input()] });
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '1']);
    const nine = await infer(server, { inputs: [input({ shape: [9, 2, 1, 2], data: new Array(36).fill(0) })] });
    expect([nine.status, nine.json['error']]).toEqual([400, expect.stringContaining('--max-batch')]);
    open();
    expect([(await first).status, (await waiting).status]).toEqual([200, 200]);

    const metrics = await (await fetch(`${server.http}/metrics`, { headers: bearer })).text();
    for (const reason of ['deadline-missed', 'limit-queue', 'limit-batch'])
      expect(metrics).toContain(`nv_inference_request_failure{model="tiny-2",version="1",reason="${reason}"} 1\n`);
    expect(metrics).toContain('nv_inference_count{model="tiny-2",version="1"} 9\n');
  });

  it('of the computer is told as the server’s fault', async () => {
    const server = await serving({ infer: () => Promise.reject(new Error('no memory')) });
    const answer = await infer(server, { inputs: [input()] });
    expect([answer.status, answer.json]).toEqual([500, { error: 'no memory' }]);
  });
});

it('a path that is none of the protocol’s may be somebody else’s, without a token', async () => {
  const server = await serving({
    otherPaths(path, _request, response) {
      if (path !== '/') return false;
      response.end('"page"');
      return true;
    },
  });
  expect(await (await fetch(`${server.http}/`)).text()).toBe('"page"');
  expect((await ask(server, '/other')).status).toBe(404);
  expect((await ask(server, '/v2', { headers: {} })).status).toBe(401);
});
