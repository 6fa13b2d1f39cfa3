import type { Candidate } from '../../../main/inference/candidate.ts';
import { codecChoice } from '../../../main/offload/codecs/table.ts';
import type { ModelSet } from '../../../main/sets/manifest.ts';

/** Bytes of an answer around its logits. */
const answerHeader = 28;

/** Every pair of a set under every codec that its manifest has figures of; this page can do all but zstd. */
export function candidatesOf({ pairs, images }: ModelSet): Candidate[] {
  return pairs.flatMap(({ budget, testAccuracy, traffic, client, server }) =>
    traffic
      .filter(({ codec }) => !codec.endsWith('+zstd'))
      .map(({ codec, up }) => ({
        place: 'server' as const,
        budget,
        codec: codecChoice(codec),
        accuracy: testAccuracy,
        bytesUp: up,
        bytesDown: answerHeader + 4 * images.classes.length,
        clientMultiplyAdds: client.multiplyAdds,
        serverMultiplyAdds: server.multiplyAdds,
      })),
  );
}
