import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import { entry } from '../../main/entry.ts';
import { connectOffload } from '../../main/offload/client/client.ts';
import { decodeLogits, type Features } from '../../main/offload/protocol/messages.ts';
import { newToken } from '../../main/offload/transport/new-token.ts';
import { servedPairs } from '../../main/serving/pairs.ts';
import { clientOf, openSet, serverOf } from '../../main/sets/open.ts';
import { closing } from '../support/closing.ts';
import { inferIn, imagelessCodecs } from '../support/codecs.ts';
import { temporaryHome } from '../support/home.ts';
import { makeTestSet } from '../support/model-set.ts';
import { channelsFirst } from '../support/written-halves.ts';

const home = temporaryHome();
const token = newToken();

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
  await makeTestSet();
});

/** `sluice serve tiny …`, and what it prints. */
async function serve(...options: string[]) {
  const { url: cli, execArgv } = entry(import.meta.url, '../../main/cli.ts');
  const args = ['serve', 'tiny', '--port', '0', '--engine', 'cpu', '--threads', '1', ...options];
  const child = spawn(process.execPath, [...execArgv, fileURLToPath(cli), ...args], {
    env: { ...process.env, SLUICE_HOME: home, SLUICE_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closing({ close: () => child.kill('SIGKILL') });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'exit') as Promise<[code: number | null]>;
  await Promise.race([expect.poll(() => output, { timeout: 60_000 }).toContain('To use it:'), exited]);
  const url = /Inference server +(\S+)/.exec(output)?.[1] ?? '';
  return { url, http: url.replace(/^ws/, 'http'), exited, child, output: () => output };
}

/** What the client half of a budget's pair sends of an image, and the logits of the server half here. */
async function sentAndExpected(budget: number | null): Promise<{ features: Features; logits: number[] }> {
  const set = await openSet('tiny');
  const [client, server] = [await clientOf(set, budget), await serverOf(set, budget)];
  const images = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => ((i * 37) % 101) / 50 - 1);
  const features = await client.infer({ images, samples: 1, labels: new Uint16Array(1) }, null);
  const logits = [...(await server.infer({ ...features, maps: features.maps.slice() }))];
  client.dispose();
  server.dispose();
  return { features, logits };
}

it('sluice serve answers both protocols with what the halves give here, and ends well when it is asked to', async () => {
  const server = await serve('--max-wait-ms', '0');
  const set = await openSet('tiny');
  for (const pair of servedPairs(set, new Map())) {
    const { features, logits } = await sentAndExpected(pair.budget);
    const close = (given: Iterable<number>): void => {
      const scale = Math.max(...logits.map(Math.abs));
      for (const [i, value] of [...given].entries()) expect(Math.abs(value - logits[i]) / scale).toBeLessThan(1e-5);
    };
    const client = await connectOffload({
      server: { url: server.url, token },
      software: 'test',
      session: {
        id: newToken(),
        purpose: 'infer',
        pair: { set: set.digest, budget: pair.budget },
        model: pair.model,
        cut: pair.cut,
        codecs: imagelessCodecs,
        optimiser: { momentum: 0, weightDecay: 0 },
        seed: 0,
        gradient: false,
        source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
      },
    });
    const answer = decodeLogits(await client.request(inferIn('float32', { ...features, deadlineMs: 60_000 })));
    expect(answer).toMatchObject({ shape: [1, 4], batch: 1 });
    close(answer.logits);
    await client.close();

    const [, height, width] = features.shape;
    const data = [...channelsFirst(features.maps, [height, width, features.total])];
    const response = await fetch(`${server.http}/v2/models/${pair.name}/infer`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({
        inputs: [{ name: 'maps', datatype: 'FP32', shape: [1, features.total, height, width], data }],
      }),
    });
    const { outputs } = (await response.json()) as { outputs: { shape: number[]; data: number[] }[] };
    expect(outputs[0].shape).toEqual([1, 4]);
    close(outputs[0].data);
  }
  server.child.kill('SIGTERM');
  expect((await server.exited)[0]).toBe(0);
  expect(server.output()).toContain('budgets full, 4, 2');
}, 120_000);
