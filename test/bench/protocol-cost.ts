import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remoteOffloader } from '../../main/host/source/remote.ts';
import { connectOffload } from '../../main/offload/client.ts';
import type { SessionHandler } from '../../main/offload/handler.ts';
import { startOffloadServer } from '../../main/offload/server.ts';
import { newToken } from '../../main/offload/token.ts';
import { random } from '../../main/random.ts';
import type { CodecSettings } from '../../main/training/codecs.ts';

const repetitions = 30;

/**
 * Seconds that a step of VGG11 cut at layer 5 takes beyond computing and the link: encoding and decoding on both sides,
 * frames and loopback, with a server half that does nothing. The median.
 */
export async function protocolSeconds(batch: number, budget: number | null, codecs: CodecSettings): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const token = newToken();
  const server = await startOffloadServer({
    ...{ host: '127.0.0.1', port: 0, tls: null, token, software: 'bench', models: ['vgg11'] },
    checkpoints: folder,
    open: () => Promise.resolve(idleHalf()),
  });
  const client = await connectOffload({
    server: { url: server.url, token },
    software: 'bench',
    session: {
      ...{ id: newToken(), model: { name: 'vgg11', width: 1, input: [32, 32, 3], classes: 10 }, seed: 1 },
      ...{ cut: { layer: 5, module: null }, optimiser: { momentum: 0, weightDecay: 0 }, gradient: true },
      source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
    },
  });
  const nothing = (): Promise<never> => Promise.reject(new Error('not part of this'));
  const offloader = remoteOffloader(client, { codecs, enter: nothing, meet: nothing, checkpointName: () => '' });
  const kept = budget ?? 128;
  const source = random(1, 'bench');
  const maps = Float32Array.from({ length: batch * 64 * kept }, () => source.normal());
  const request = {
    ...{ shape: [batch, 8, 8] as const, total: 128, maps, step: 0, classes: 10, learningRate: 0.01 },
    gate: budget === null ? null : { kept: [...Array(kept).keys()], mask: new Float32Array(kept).fill(1) },
    labels: new Uint16Array(batch),
  };
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const { wireSeconds } = await offloader.step(request);
    times.push(wireSeconds);
  }
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true });
  return times.sort((a, b) => a - b)[repetitions / 2];
}

/** Answers with the maps it got. */
function idleHalf(): SessionHandler {
  const unused = (): Promise<never> => Promise.reject(new Error('not part of this'));
  return {
    check: () => undefined,
    step: ({ maps }) => Promise.resolve({ gradient: maps, loss: 0, correct: 0 }),
    ...{ stepTogether: unused, evaluate: unused, infer: unused, read: unused, write: unused },
    resetOptimiser: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
