import type { StateDict } from '../../../main/model/state.ts';
import { openCodecs } from '../../../main/offload/codecs/session-codecs.ts';
import { codecChoice, sameCodec, type CodecChoice, type CodecInput } from '../../../main/offload/codecs/table.ts';
import { openSession } from '../../../main/offload/client/open-session.ts';
import { decodeLogits, encodeInfer, type Features } from '../../../main/offload/protocol/messages.ts';
import { newToken } from '../../../main/offload/transport/new-token.ts';
import { clientWith } from '../../../main/sets/halves.ts';
import { cutOf, requestBudget } from '../../../main/sets/pair.ts';
import type { SetPair } from '../../../main/sets/manifest.ts';
import { dialFromBrowser } from '../dial.ts';
import type { ServerPlace } from '../rpc.ts';
import type { ServedSet } from './served-set.ts';

/** What one request took. */
export interface Answer {
  readonly logits: Float32Array;
  readonly features: Features;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly clientSeconds: number;
  readonly wireSeconds: number;
  readonly serverSeconds: number;
  readonly waitSeconds: number;
}

/** A pair ready to answer: its client half on the engine, a session with its server half. */
export interface PairSession {
  readonly pair: SetPair;
  readonly codecs: readonly CodecChoice[];
  /** `onSent` hears how long the client half computed, when the maps are on their way. */
  infer(image: Float32Array, codec: CodecChoice, onSent?: (clientSeconds: number) => void): Promise<Answer>;
  close(): Promise<void>;
}

export async function openPair(
  { base, token }: ServerPlace,
  set: ServedSet,
  pair: SetPair,
  weights: StateDict,
): Promise<PairSession> {
  const { manifest, digest } = set;
  const { network, images } = manifest;
  const choices = pair.traffic.map(({ codec }) => codecChoice(codec as CodecInput));
  const codecs = openCodecs(choices, 0);
  const half = clientWith(manifest, pair, weights);
  const client = await openSession(
    {
      server: { url: base.replace(/^http/, 'ws'), token },
      software: 'sluice page',
      session: {
        id: newToken(),
        purpose: 'infer',
        model: { name: network.name, width: network.width, input: [...images.shape], classes: images.classes.length },
        cut: cutOf(manifest, pair),
        codecs: choices.map(({ name, params }) => ({ name, params: { ...params } })),
        optimiser: { momentum: 0, weightDecay: 0 },
        seed: 0,
        gradient: false,
        source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
        pair: { set: digest, budget: pair.budget },
      },
      reconnectSeconds: 30,
    },
    dialFromBrowser,
  ).catch((error: unknown) => {
    half.dispose();
    throw error;
  });

  return {
    pair,
    codecs: choices,
    async infer(image, codec, onSent) {
      const start = performance.now();
      const features = await half.infer({ samples: 1, images: image, labels: new Uint16Array(1) }, requestBudget(pair));
      const index = choices.findIndex((choice) => sameCodec(choice, codec));
      const message = encodeInfer(features, codecs, index);
      const sent = performance.now();
      onSent?.((sent - start) / 1000);
      const received = await client.request(message);
      const { logits, serverSeconds, waitSeconds } = decodeLogits(received);
      const away = (performance.now() - sent) / 1000;
      return {
        logits,
        features,
        bytesUp: message.length,
        bytesDown: received.length,
        clientSeconds: (sent - start) / 1000,
        wireSeconds: Math.max(0, away - serverSeconds - waitSeconds),
        serverSeconds,
        waitSeconds,
      };
    },
    async close() {
      half.dispose();
      await client.close({ done: true });
    },
  };
}
