import { SluiceError } from '../errors.ts';
import { codecChoice, codecsOffered, type CodecName } from '../offload/codecs/table.ts';
import { inferOverhead, logitsOverhead } from '../offload/protocol/messages.ts';
import type { Budget } from '../records/column.ts';
import type { ModelSet, SetPair } from '../sets/manifest.ts';
import { pairOf } from '../sets/pair.ts';
import type { Candidate } from './candidate.ts';

/** What a budget's maps are sent as unless told otherwise. */
export const usualCodecs: readonly CodecName[] = codecsOffered('answers');

export interface Asked {
  /** `auto`: every pair of the set. */
  readonly budget: Budget | 'auto';
  readonly codecs: readonly CodecName[];
  /** Where the server halves may compute. */
  readonly places: readonly Candidate['place'][];
}

/** The ways to answer a request with a set. Throws `budget-missing`, and `codec-unknown` for one that the set has no sizes of. */
export function candidatesOf(set: ModelSet, { budget, codecs, places }: Asked): Candidate[] {
  const pairs = budget === 'auto' ? set.pairs : [pairOf(set, budget)];
  return pairs.flatMap((pair) =>
    places.flatMap((place) => (place === 'client' ? [hereOf(pair)] : atServer(pair, codecs))),
  );
}

function hereOf({ budget, testAccuracy, client, server }: SetPair): Candidate {
  return {
    place: 'client',
    budget,
    codec: null,
    accuracy: testAccuracy,
    bytesUp: 0,
    bytesDown: 0,
    clientMultiplyAdds: client.multiplyAdds + server.multiplyAdds,
    serverMultiplyAdds: 0,
  };
}

function atServer(
  { budget, testAccuracy, client, server, traffic }: SetPair,
  codecs: readonly CodecName[],
): Candidate[] {
  return codecs.map((name) => {
    const sent = traffic.find(({ codec }) => codec === name);
    if (!sent) {
      const known = traffic.map(({ codec }) => codec).join(', ');
      throw new SluiceError('codec-unknown', `The model set has no sizes for the codec "${name}", only for ${known}.`, {
        path: 'codec',
      });
    }
    return {
      place: 'server',
      budget,
      codec: codecChoice(name),
      accuracy: testAccuracy,
      bytesUp: inferOverhead + sent.up,
      bytesDown: logitsOverhead + sent.down,
      clientMultiplyAdds: client.multiplyAdds,
      serverMultiplyAdds: server.multiplyAdds,
    };
  });
}
