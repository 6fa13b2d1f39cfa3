import { randomBytes } from 'node:crypto';
import type { Features } from '../../../main/offload/protocol/messages.ts';
import type { SessionRequest } from '../../../main/offload/protocol/control.ts';
import { newToken } from '../../../main/offload/transport/new-token.ts';
import type { ServedPair } from '../../../main/serving/pairs.ts';
import { startServing, type Serving, type ServingOptions } from '../../../main/serving/server.ts';
import { closing, temporaryFolder } from '../../support/closing.ts';
import { imagelessCodecs } from '../../support/codecs.ts';

export const token = newToken();
export const digest = 'd'.repeat(64);

const model = { name: 'cnn', width: 0.5, input: [4, 4, 3] as [number, number, number], classes: 2 };

/** Sends 2 maps of 1×2; the logits of a sample are its first two values, so that it shows which came first. */
export const pair: ServedPair = {
  name: 'tiny-2',
  set: digest,
  budget: 2,
  model,
  cut: { layer: 2, module: { resolution: 1, features: 1, maps: 2 } },
  sent: [1, 2, 2],
  nodes: false,
  selection: null,
  classes: ['cat', 'dog'],
};

/** A pair of an MLP: 2 of 4 nodes. */
export const nodesPair: ServedPair = {
  ...pair,
  name: 'tiny-1',
  budget: 1,
  cut: { layer: 2, module: { resolution: 1, features: 1 } },
  sent: [1, 1, 4],
  nodes: true,
  selection: { kept: [1, 3], mask: Float32Array.of(0.5, 2) },
};

export interface FakeServing extends Serving {
  /** What was computed, a batch each. */
  readonly computed: Features[];
  readonly http: string;
}

/** A server for inference whose halves answer the first two values of each sample, when `hold` lets them. */
export async function serving(
  change: Partial<ServingOptions> = {},
  hold: () => Promise<void> = () => Promise.resolve(),
): Promise<FakeServing> {
  const computed: Features[] = [];
  const served = await startServing({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'sluice 9.8.7',
    engine: 'test',
    checkpoints: temporaryFolder(),
    sets: [{ sha256: digest, name: 'tiny', budgets: [2, 1] }],
    pairs: [pair, nodesPair],
    maxBatch: 8,
    maxWaitMs: 0,
    maxQueue: 16,
    async infer(name, features) {
      computed.push(features);
      await hold();
      if (name !== pair.name && name !== nodesPair.name) throw new Error(`no pair ${name}`);
      const { maps, shape } = features;
      const length = maps.length / shape[0];
      return Float32Array.from(
        { length: 2 * shape[0] },
        (_, i) => maps[(i >> 1) * length + Math.min(i & 1, length - 1)],
      );
    },
    ...change,
  });
  closing(served);
  return { ...served, computed, http: served.url.replace(/^ws/, 'http') };
}

export function pairSession(change: Partial<SessionRequest> = {}): SessionRequest {
  return {
    id: randomBytes(16).toString('base64url'),
    purpose: 'infer',
    pair: { set: digest, budget: 2 },
    model,
    cut: pair.cut,
    codecs: imagelessCodecs,
    optimiser: { momentum: 0, weightDecay: 0 },
    seed: 0,
    gradient: false,
    source: { run: randomBytes(16).toString('base64url'), index: 0, count: 1, serverHalf: 'own' },
    ...change,
  };
}

/** A gate that is opened once. */
export function latch(): { readonly wait: () => Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => opened, open };
}
