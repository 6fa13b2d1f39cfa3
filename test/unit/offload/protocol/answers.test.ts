import { expect, it } from 'vitest';
import { encodeGradient } from '../../../../main/offload/protocol/messages.ts';
import { gradientIn, openedCodecs, placeOf } from '../../../support/codecs.ts';

const sent = { selection: null, shape: [2, 3, 3] as const, total: 4 };

/** A gradient of so many maps, for maps that were sent in float32. */
function gradientOf(maps: number): Uint8Array {
  const answer = { loss: 1, correct: 2, serverSeconds: 0, waitSeconds: 0 };
  const gradient = { ...answer, gradient: new Float32Array(18 * maps), shape: [2, 3, 3, maps] as const };
  return encodeGradient(gradient, openedCodecs, { answerCodec: placeOf('float32'), selection: null });
}

it.each([
  [true, 4, 0],
  [false, 0, 4],
])('to a session that wants gradients: %s, one of %d maps is an answer and one of %d is none', (wants, maps, other) => {
  const asked = { ...sent, wantsGradient: wants };
  expect(gradientIn('float32', gradientOf(maps), asked).gradient).toHaveLength(18 * maps);
  expect(() => gradientIn('float32', gradientOf(other), asked)).toThrow(
    expect.objectContaining({
      code: 'message-malformed',
      message: `A gradient of [2, 3, 3, ${other}] answers maps of [2, 3, 3, 4], expected [2, 3, 3, ${maps}].`,
    }),
  );
});
