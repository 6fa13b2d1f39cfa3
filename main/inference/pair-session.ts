import { openCodecs } from '../offload/codecs/session-codecs.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import type { OffloadClient } from '../offload/client/open-session.ts';
import type { SessionRequest } from '../offload/protocol/control.ts';
import { decodeLogits, encodeInfer, type Features } from '../offload/protocol/messages.ts';
import { newToken } from '../offload/transport/new-token.ts';
import type { Budget } from '../records/column.ts';
import type { ModelSet } from '../sets/manifest.ts';
import { cutOf, pairOf } from '../sets/pair.ts';

/** What the server made of one image. */
export interface ServerAnswer {
  readonly logits: Float32Array;
  /** Bytes of the two messages. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Computing, and waiting for its turn and for others of its batch. */
  readonly computeSeconds: number;
  readonly waitSeconds: number;
  /** Samples of the batch, those of other clients included. */
  readonly batch: number;
}

/** A session with a pair of a set. Needs no Node. */
export interface PairSession {
  /** Rejects with what the server answers, `deadline-missed` and `limit-queue` among it, and with the loss of the connection. */
  infer(features: Features, codec: CodecChoice, deadlineMs: number): Promise<ServerAnswer>;
  close(): Promise<void>;
}

/** What a session with the pair of a budget asks for. `digest`: of the set. */
export function pairRequest(
  set: ModelSet,
  digest: string,
  budget: Budget,
  codecs: readonly CodecChoice[],
): SessionRequest {
  const { network, images } = set;
  return {
    id: newToken(),
    purpose: 'infer',
    pair: { set: digest, budget },
    model: { name: network.name, width: network.width, input: images.shape, classes: images.classes.length },
    cut: cutOf(set, pairOf(set, budget)),
    codecs: [...codecs],
    optimiser: { momentum: 0, weightDecay: 0 },
    seed: 0,
    gradient: false,
    source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
  };
}

/** A session that was opened with these codecs. */
export function pairSession(
  client: Pick<OffloadClient, 'request' | 'close'>,
  codecs: readonly CodecChoice[],
): PairSession {
  const opened = openCodecs(codecs, 0);
  return {
    async infer(features, codec, deadlineMs) {
      const message = encodeInfer({ ...features, deadlineMs }, opened, opened.indexOf(codec));
      const answer = await client.request(message);
      const { logits, serverSeconds, waitSeconds, batch = 1 } = decodeLogits(answer);
      const bytes = { bytesUp: message.length, bytesDown: answer.length };
      return { logits, ...bytes, computeSeconds: serverSeconds, waitSeconds, batch };
    },
    close: () => client.close(),
  };
}
