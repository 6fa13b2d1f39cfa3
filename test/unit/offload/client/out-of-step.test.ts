import { expect, it } from 'vitest';
import { createOutstanding, type Outstanding } from '../../../../main/offload/client/outstanding.ts';
import { encodeControl } from '../../../../main/offload/protocol/control.ts';
import { readHeader, setSequence } from '../../../../main/offload/protocol/header.ts';

/** Requests 11 to 13 under way, of which 11 is answered. */
function underWay(): Outstanding {
  const outstanding = createOutstanding(10, 4);
  for (let i = 0; i < 3; i++) outstanding.add(encodeControl('reset', {})).catch(() => undefined);
  outstanding.next();
  outstanding.settle(answerTo(11));
  return outstanding;
}

function answerTo(number: number): Uint8Array {
  const answer = encodeControl('done', {});
  setSequence(answer, number);
  return answer;
}

const wrong = (given: number): unknown =>
  expect.objectContaining({
    code: 'sequence-wrong',
    message: `The offload server is at request ${given} where 12 was expected. Resume from a checkpoint.`,
  });

it.each([11, 12, 13])('a server that comes back at request %i is brought what has no answer', (lastTaken) => {
  const again = underWay().again(lastTaken);
  expect(again.map((message) => readHeader(message).sequence)).toEqual([12, 13]);
});

it.each([0, 10, 14])(
  'one that comes back at request %i is another one: it lost or did what this client knows not of',
  (lastTaken) => {
    expect(() => underWay().again(lastTaken)).toThrow(wrong(lastTaken));
  },
);

it.each([11, 14])('an answer to request %i, which nobody waits for, is none', (number) => {
  expect(() => underWay().settle(answerTo(number))).toThrow(wrong(number));
});
