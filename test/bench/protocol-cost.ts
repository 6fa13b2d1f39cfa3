import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remoteOffloader } from '../../main/processes/source/remote.ts';
import { connectOffload } from '../../main/offload/client/client.ts';
import { startOffloadServer } from '../../main/offload/server/server.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import { openCodecs } from '../../main/offload/codecs/session-codecs.ts';
import { codecsFor, scheduled, type CodecSettings } from '../../main/training/controller.ts';
import { idleHalf } from '../../main/planning/idle-half.ts';
import { vggSession, vggStep } from './vgg-cut.ts';

const repetitions = 40;

/**
 * Seconds that a step of VGG11 cut at layer 5 takes beyond computing and the link: encoding and decoding on both sides,
 * frames and loopback, with a server half that does nothing. The lower quartile: a busy machine only adds to it.
 */
export async function protocolSeconds(batch: number, budget: number | null, codecs: CodecSettings): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const token = newToken();
  const announced = scheduled(codecs).codecs;
  const server = await startOffloadServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'bench',
    engine: 'test',
    models: ['vgg11'],
    checkpoints: folder,
    open: () => Promise.resolve(idleHalf()),
  });
  const client = await connectOffload({
    server: { url: server.url, token },
    software: 'bench',
    session: vggSession({ run: newToken(), index: 0, count: 1, serverHalf: 'own' }, announced),
  });
  const nothing = (): Promise<never> => Promise.reject(new Error('not part of this'));
  const offloader = remoteOffloader(client, {
    codecs: openCodecs(announced, 1),
    wantsGradient: true,
    enter: nothing,
    meet: nothing,
    checkpointName: () => '',
  });
  const request = vggStep(batch, budget);
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const { wireSeconds } = await offloader.step(request, codecsFor(budget, codecs));
    times.push(wireSeconds);
  }
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true });
  return times.sort((a, b) => a - b)[repetitions / 4];
}
