import { buildServer } from '../../main/model/build.ts';
import { networkSpec } from '../../main/model/zoo.ts';
import { connectOffload, type OffloadClient } from '../../main/offload/client/client.ts';
import type { ServerAddress } from '../../main/offload/client/dial.ts';
import type { StepRequest } from '../../main/offload/protocol/messages.ts';
import type { SessionRequest } from '../../main/offload/protocol/control.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import { random } from '../../main/random.ts';
import { serverHalf, type ServerHalf } from '../../main/training/server.ts';
import { closing } from './closing.ts';
import { gradientIn, stepIn, imagelessCodecs } from './codecs.ts';

/** A small network of the zoo, cut behind its first pooling: 4 maps of 4×4. */
export function smallSession(change: Partial<SessionRequest> = {}): SessionRequest {
  return {
    id: newToken(),
    purpose: 'train',
    model: { name: 'cnn', width: 0.1, input: [8, 8, 1], classes: 3 },
    cut: { layer: 3, module: { resolution: 1, features: 1 } },
    codecs: imagelessCodecs,
    optimiser: { momentum: 0.9, weightDecay: 5e-4 },
    seed: 7,
    gradient: true,
    source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
    ...change,
  };
}

/** The half a server opens for that session. */
export function localHalf({ model, cut, optimiser, seed }: SessionRequest): ServerHalf {
  const network = networkSpec(model.name, model);
  const half = serverHalf(buildServer(network, cut, { seed }), {
    classes: model.classes,
    optimiser,
    seed,
    clientTrains: true,
  });
  closing({ close: () => half.dispose() });
  return half;
}

/** A batch at that cut, the same for the same key; null keeps all maps. */
export function batchOf(key: string, kept: readonly number[] | null = [1, 3], samples = 5): StepRequest {
  const source = random(3, key);
  const sent = kept?.length ?? 4;
  return {
    step: source.integer(1000),
    shape: [samples, 4, 4],
    total: 4,
    maps: Float32Array.from({ length: samples * 16 * sent }, () => source.uniform()),
    selection: kept && { kept, mask: Float32Array.from(kept, () => 0.25 + source.uniform()) },
    labels: Uint16Array.from({ length: samples }, () => source.integer(3)),
    classes: 3,
    learningRate: 0.05,
  };
}

export async function connectTo(
  server: ServerAddress,
  session: SessionRequest = smallSession(),
): Promise<OffloadClient> {
  const client = await connectOffload({ server, session, software: 'test', connectSeconds: 5, reconnectSeconds: 60 });
  return closing(client);
}

/** A step as it is, without loss in the number format. */
export async function stepOver(client: Pick<OffloadClient, 'request'>, request: StepRequest) {
  return gradientIn('float32', await client.request(stepIn('float32', 'float32', request)), request);
}
