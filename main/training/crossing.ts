import { openCodecs } from '../offload/codecs/session-codecs.ts';
import type { CodecChoice } from '../offload/codecs/table.ts';
import { decodeInfer, encodeInfer, type Features } from '../offload/protocol/messages.ts';
import { scatterFeatures } from './joined-features.ts';

/**
 * Features as the server has them when they have crossed in a message of their own: written and read by the codec, newly
 * opened as for an evaluation, and the kept maps multiplied by their mask. A row of values for each sample.
 */
export function asReceived(features: Features, codec: CodecChoice): Float32Array[] {
  const codecs = openCodecs([codec], 0);
  const arrived = decodeInfer(encodeInfer(features, codecs, 0), codecs);
  const { maps } = arrived.selection ? scatterFeatures([arrived]) : arrived;
  const [samples] = features.shape;
  const length = maps.length / samples;
  return Array.from({ length: samples }, (_, i) => maps.subarray(i * length, (i + 1) * length));
}
