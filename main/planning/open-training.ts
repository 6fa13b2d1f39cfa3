import { networkSpec } from '../model/zoo.ts';
import type { Cut } from '../model/spec.ts';
import { connectOffload, type OffloadClient } from '../offload/client/client.ts';
import type { ServerAddress } from '../offload/client/dial.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import { newToken } from '../offload/transport/new-token.ts';
import { featuresOf } from './features.ts';
import type { TimesRequest } from './known-times.ts';

/** A session with a half of its own that a server trains, at a cut, to be timed. Throws what connectOffload throws. */
export function openTraining(
  server: ServerAddress,
  { model, momentum, weightDecay }: TimesRequest,
  cut: Cut,
  codec: CodecChoice,
): Promise<OffloadClient> {
  const { clientTrains } = featuresOf(networkSpec(model.name, model), cut);
  return connectOffload({
    server,
    software: 'plan',
    session: {
      id: newToken(),
      purpose: 'train',
      model: { ...model, input: [...model.input] },
      cut: { layer: cut.layer, module: cut.module },
      codecs: [codec],
      optimiser: { momentum, weightDecay },
      seed: 1,
      gradient: clientTrains,
      source: { run: newToken(), index: 0, count: 1, serverHalf: 'own' },
    },
  });
}
