import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, it, vi } from 'vitest';
import { serveSet } from '../../main/processes/serve/serve.ts';
import { pairOf } from '../../main/sets/pair.ts';
import { wholeOf } from '../../main/sets/open.ts';
import { random } from '../../main/random.ts';
import { closing, temporaryFolder } from '../support/closing.ts';
import { makeTestSet } from '../support/model-set.ts';
import { pythonHas } from '../support/python.ts';
import { where } from '../support/where.ts';
import { channelsFirst } from '../support/written-halves.ts';

/** What docs/serving.md shows, with another server, and what it gives as JSON. */
const shown = /```python\n(.*?)```/s.exec(readFileSync(new URL('../../docs/serving.md', import.meta.url), 'utf8'))![1];

const more = `
import json
from tritonclient.utils import InferenceServerException

def refused(ask):
    try:
        ask()
    except InferenceServerException as error:
        return [error.status(), error.message()]

wrong = http.InferInput("maps", [1, 3, 8, 8], "FP32")
wrong.set_data_from_numpy(maps[:1, :3].copy())
in_text = http.InferInput("maps", maps.shape, "FP32")
in_text.set_data_from_numpy(maps, binary_data=False)
pending = [client.async_infer(model, [values], headers={**headers}, request_id=str(i)) for i in range(6)]
print(json.dumps({
    "live": client.is_server_live(),
    "ready": client.is_model_ready(model, headers={**headers}),
    "metadata": client.get_model_metadata(model, headers={**headers}),
    "config": client.get_model_config(model, headers={**headers})["max_batch_size"],
    "index": [each["name"] for each in client.get_model_repository_index(headers={**headers})],
    "logits": logits.tolist(),
    "text": client.infer(model, [in_text], headers={**headers}).as_numpy("logits").tolist(),
    "ids": [each.get_result().get_response()["id"] for each in pending],
    "counted": client.get_inference_statistics(model, headers={**headers})["model_stats"][0]["inference_count"],
    "refused": [
        refused(lambda: client.infer(model, [wrong], headers={**headers})),
        refused(lambda: client.infer("tiny-7", [values], headers={**headers})),
        refused(lambda: client.infer(model, [values])),
    ],
}))
`;

beforeEach(() => vi.stubEnv('SLUICE_HOME', temporaryFolder()));

where(pythonHas('tritonclient.http'), 'no tritonclient').describe('tritonclient', { timeout: 120_000 }, () => {
  it('gets the logits of a pair, in bytes and in text, and what is refused by the status', async () => {
    const set = await makeTestSet();
    const home = temporaryFolder();
    const server = closing(await serveSet({ home, set: set.name, engine: 'cpu', threads: 1 }));
    const source = random(1, 'maps');
    const [samples, height, width, total] = [3, 8, 8, 4];
    const maps = Float32Array.from({ length: samples * height * width * total }, () => source.uniform());
    writeFileSync(join(home, 'maps.f32'), channelsFirst(maps, [height, width, total]));
    const code = shown
      .replace('127.0.0.1:4450', new URL(server.url).host)
      .replace('os.environ["SLUICE_TOKEN"]', JSON.stringify(server.token))
      .replace('cifar10-vgg11-4', 'tiny-4')
      .replace('timeout=50_000', 'timeout=50_000_000')
      .replace(
        /^maps = .*$/m,
        `maps = np.fromfile("maps.f32", np.float32).reshape(${samples}, ${total}, ${height}, ${width})`,
      );
    writeFileSync(join(home, 'shown.py'), code + more);
    const { stdout } = await promisify(execFile)('python3', ['shown.py'], { cwd: home });
    const found = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, never>;

    const { server: half, dispose } = await wholeOf(set, 4);
    const logits = await half.infer({ maps, shape: [samples, height, width], total, selection: null });
    dispose();
    expect(pairOf(set.manifest, 4).maps).toBe(total);
    for (const given of [found['logits'], found['text']] as number[][][]) {
      expect(given).toHaveLength(samples);
      given.flat().forEach((value, i) => expect(value).toBeCloseTo(logits[i], 4));
    }
    expect(found).toMatchObject({
      live: true,
      ready: true,
      metadata: { name: 'tiny-4', inputs: [{ name: 'maps', datatype: 'FP32', shape: [-1, total, height, width] }] },
      config: 32,
      index: ['tiny-full', 'tiny-4', 'tiny-2'],
      ids: ['0', '1', '2', '3', '4', '5'],
      counted: samples * 8,
    });
    const [shape, model, token] = found['refused'] as [status: string, message: string][];
    expect(shape).toEqual(['400', expect.stringContaining('expected [samples, 4, 8, 8]')]);
    expect(model).toEqual(['404', expect.stringContaining('tiny-full, tiny-4, tiny-2')]);
    expect(token).toEqual(['401', expect.stringContaining('token')]);
  });
});
