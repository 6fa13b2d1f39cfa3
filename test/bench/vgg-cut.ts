import type { StepRequest } from '../../main/offload/protocol/messages.ts';
import type { CodecChoice } from '../../main/offload/codecs/table.ts';
import type { SessionRequest } from '../../main/offload/protocol/control.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import { random } from '../../main/random.ts';

/** What crosses at layer 5 of VGG11 on CIFAR-10, without the network on either side of it. */

const maps = 128;

export function vggSession(source: SessionRequest['source'], codecs: readonly CodecChoice[]): SessionRequest {
  return {
    id: newToken(),
    purpose: 'train',
    model: { name: 'vgg11', width: 1, input: [32, 32, 3], classes: 10 },
    seed: 1,
    cut: { layer: 5, module: null },
    codecs: [...codecs],
    optimiser: { momentum: 0, weightDecay: 0 },
    gradient: true,
    source,
  };
}

/** A step of so many samples; a budget of null sends all maps. */
export function vggStep(samples: number, budget: number | null): StepRequest {
  const kept = budget ?? maps;
  const source = random(1, 'bench');
  return {
    shape: [samples, 8, 8],
    total: maps,
    step: 0,
    classes: 10,
    learningRate: 0.01,
    maps: Float32Array.from({ length: samples * 64 * kept }, () => source.normal()),
    selection: budget === null ? null : { kept: [...Array(kept).keys()], mask: new Float32Array(kept).fill(1) },
    labels: new Uint16Array(samples),
  };
}
