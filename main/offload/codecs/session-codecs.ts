import { SluiceError } from '../../errors.ts';
import type { StateDict } from '../../model/state.ts';
import { random } from '../../random.ts';
import { mostBytes, type Layout, type OpenCodec, type TensorShape } from './codec.ts';
import { checkedParams, codecNamed, keyOf, sizeOf, type CodecChoice } from './table.ts';

/** Maps go up, their gradients down. */
export type Direction = 'up' | 'down';

/** One codec in one direction. */
export interface Channel {
  /** Whether it has to know which image each sample is. */
  readonly byImage: boolean;
  /** Throws `message-malformed` unless a tensor of this shape may take so many bytes. */
  requireSize(shape: TensorShape, bytes: number): void;
  encode(values: Float32Array, layout: Layout): Uint8Array;
  decode(bytes: Uint8Array, layout: Layout): Float32Array;
}

/** The codecs of one end of a session. A message names one by its place in the list. */
export interface SessionCodecs {
  /** The place of a codec. Throws for one that the session does not announce. */
  indexOf(choice: CodecChoice): number;
  /** The codec of the training steps, which sees all of them in order. Throws `codec-unknown`. */
  at(index: number, direction: Direction): Channel;
  /** Adds to the gradient of the maps sent last in a codec what that codec wants added (FedLite). */
  correct(index: number, gradient: Float32Array): void;
  /** One newly opened, for a tensor that is no part of the training: what the others remember stays as it is. */
  fresh(index: number, direction: Direction): Channel;
  /** Whether any of them remembers something. */
  readonly stateful: boolean;
  /** What they remember, as `<place>.<direction>.<tensor>`. */
  read(): StateDict;
  /** Puts it back: all of it or, when it does not fit (`codec-state`), nothing. */
  write(state: StateDict): void;
}

interface Opened extends Channel {
  readonly codec: OpenCodec;
  readonly prefix: string;
}

/** Opens the codecs of a session for both directions. Throws `codec-unknown`, `codec-params` and `codec-unavailable`. */
export function openCodecs(given: readonly CodecChoice[], seed: number): SessionCodecs {
  const choices = given.map(({ name, params }, i): CodecChoice => ({
    name,
    params: checkedParams(name, params, `codecs.${i}.params`),
  }));
  const keys = choices.map(keyOf);
  const opened = { up: openAll('up'), down: openAll('down') };
  const remembering = [...opened.up, ...opened.down].filter(({ codec }) => codec.state);

  function open(index: number, direction: Direction, once: boolean): Opened {
    const { name, params } = choices[index];
    const codec = codecNamed(name).open(params, random(seed, 'codec', index, direction).integer(2 ** 32), once);
    return { codec, prefix: `${index}.${direction}.`, ...channel(choices[index], codec) };
  }

  function openAll(direction: Direction): Opened[] {
    return choices.map((_, index) => open(index, direction, false));
  }

  function requireIndex(index: number): void {
    if (index < choices.length) return;
    const message = `A message names codec ${index}; the session has ${choices.length}, counted from 0.`;
    throw new SluiceError('codec-unknown', message, { path: 'codec' });
  }

  return {
    stateful: remembering.length > 0,
    indexOf(choice) {
      const index = keys.indexOf(keyOf(choice));
      if (index < 0) throw new Error(`The session does not announce the codec ${keyOf(choice)}.`);
      return index;
    },
    at(index, direction) {
      requireIndex(index);
      return opened[direction][index];
    },
    correct(index, gradient) {
      const wanted = opened.up[index].codec.correction?.();
      wanted?.forEach((value, i) => (gradient[i] += value));
    },
    fresh(index, direction) {
      requireIndex(index);
      return open(index, direction, true);
    },
    read: () => stateOf(remembering),
    write(state) {
      const before = stateOf(remembering);
      try {
        restore(remembering, state);
      } catch (error) {
        restore(remembering, before);
        throw error;
      }
    },
  };
}

/** Sees to it that the sizes are what they are said to be. */
function channel(choice: CodecChoice, codec: OpenCodec): Channel {
  return {
    byImage: codecNamed(choice.name).byImage ?? false,
    requireSize: (shape, bytes) => requireSize(choice, shape, bytes),
    encode(values, layout) {
      const bytes = codec.encode(values, layout);
      requireSize(choice, layout.shape, bytes.length);
      return bytes;
    },
    decode(bytes, layout) {
      requireSize(choice, layout.shape, bytes.length);
      return codec.decode(bytes, layout);
    },
  };
}

function requireSize(choice: CodecChoice, shape: TensorShape, bytes: number): void {
  const size = sizeOf(choice, shape);
  if ('exact' in size ? bytes === size.exact : bytes <= size.atMost) return;
  throw new SluiceError(
    'message-malformed',
    `A tensor of shape [${shape.join(', ')}] takes ${bytes} bytes in ${choice.name}, expected ` +
      `${'exact' in size ? '' : 'at most '}${mostBytes(size)}.`,
  );
}

function stateOf(remembering: readonly Opened[]): StateDict {
  return Object.fromEntries(
    remembering.flatMap(({ codec, prefix }) =>
      Object.entries(codec.state?.() ?? {}).map(([name, tensor]) => [prefix + name, tensor]),
    ),
  );
}

function restore(remembering: readonly Opened[], state: StateDict): void {
  const foreign = Object.keys(state).find((name) => !remembering.some(({ prefix }) => name.startsWith(prefix)));
  if (foreign !== undefined) {
    throw new SluiceError('codec-state', `"${foreign}" is no state of a codec of this session.`, { path: foreign });
  }
  for (const { codec, prefix } of remembering) {
    const own = Object.entries(state).filter(([name]) => name.startsWith(prefix));
    codec.restore?.(Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])));
  }
}
