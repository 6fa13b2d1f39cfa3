import { z } from 'zod';
import { messageOf, SluiceError } from '../../errors.ts';
import { ranges, within } from '../../model/ranges.ts';
import { headerBytes, malformed, readHeader, viewOfType, withHeader, type MessageType } from './header.ts';

/** JSON messages are no longer than this, header included. */
export const maxControlBytes = 65536;

/** Codecs that a session may announce. */
const mostCodecs = 128;

const count = z.int().min(0).max(0xffffffff);
const extent = within(z.int(), ranges.extent);
const identifier = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'expected 16 to 64 letters, digits, "-" or "_"');
const checkpointName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'expected lower-case letters, digits, "." or "-"');
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 of 64 lower-case hexadecimal digits');

const cut = z.strictObject({
  layer: within(z.int(), ranges.layer),
  module: z
    .strictObject({
      resolution: within(z.int(), ranges.resolution),
      features: within(z.int(), ranges.features),
      maps: extent.optional(),
    })
    .nullable(),
});

/** A model set that a server serves: its identity (setDigest), and the budgets of its pairs; null is the full one. */
const servedSet = z.strictObject({
  sha256: digest,
  name: z.string().max(100),
  budgets: z.array(extent.nullable()).min(1).max(1000),
});
export type ServedSet = z.output<typeof servedSet>;

/** A pair of a set that is served. */
const servedPair = z.strictObject({ set: digest, budget: extent.nullable() });

/** Steps that one `taken` tells of at most. */
export const stepsAtOnce = 128;

/** What a server knows of a step that its half has taken, by the names of a step's record. */
export const takenStep = z.strictObject({
  step: count,
  budget: extent.nullable(),
  learningRate: z.number(),
  samples: count,
  crossEntropy: z.number().min(0),
  correct: count,
  bytesUp: z.int().min(0),
  bytesDown: z.int().min(0),
  serverSeconds: z.number().min(0),
  waitSeconds: z.number().min(0),
});
export type TakenStep = z.output<typeof takenStep>;

/** The body of every JSON message. A member that is not listed is refused. */
const bodies = {
  hello: z.strictObject({ software: z.string().max(100), token: z.string().max(1000) }),
  welcome: z.strictObject({
    software: z.string().max(100),
    engine: z.string().max(1000),
    models: z.array(z.string().max(100)).max(1000),
    codecs: z.array(z.string().max(100)).max(1000),
    limits: z.strictObject({
      messageBytes: z.int().min(maxControlBytes),
      idleSeconds: z.number().positive(),
      inFlight: z.int().min(1).max(0xffff),
    }),
    /** Of a server for inference alone. */
    sets: z.array(servedSet).min(1).max(100).optional(),
  }),
  session: z
    .strictObject({
      id: identifier,
      purpose: z.enum(['train', 'infer']),
      /** The half of this pair, which the server has loaded, answers. */
      pair: servedPair.optional(),
      model: z.strictObject({
        name: z.string().max(100),
        width: within(z.number(), ranges.width),
        input: z.tuple([extent, extent, extent]),
        classes: within(z.int(), ranges.classes),
      }),
      cut,
      codecs: z
        .array(z.strictObject({ name: z.string().max(100), params: z.record(z.string().max(100), z.unknown()) }))
        .min(1)
        .max(mostCodecs),
      optimiser: z.strictObject({ momentum: z.number().min(0).lt(1), weightDecay: z.number().min(0).max(1) }),
      seed: count,
      gradient: z.boolean(),
      source: z
        .strictObject({
          run: identifier,
          index: count,
          count: z.int().min(1).max(4096),
          serverHalf: z.enum(['own', 'shared', 'gathered']),
        })
        .refine(({ index, count }) => index < count, { path: ['index'], error: 'expected less than source.count' }),
    })
    .refine(({ pair, purpose }) => !pair || purpose === 'infer', {
      path: ['pair'],
      error: 'expected none where the purpose is not "infer"',
    }),
  ready: z.strictObject({ resumed: z.boolean(), sequence: count }),
  reset: z.strictObject({ phase: z.tuple([count, count]).optional() }),
  checkpoint: z.discriminatedUnion('action', [
    z.strictObject({ action: z.enum(['save', 'drop']), name: checkpointName }),
    z.strictObject({ action: z.literal('restore'), name: checkpointName, sha256: digest.optional() }),
    z.strictObject({ action: z.literal('fetch'), name: checkpointName, offset: z.int().min(0) }),
    z.strictObject({ action: z.literal('put'), name: checkpointName, bytes: z.int().min(1) }),
  ]),
  done: z.strictObject({
    bytes: z.int().min(0).optional(),
    sha256: digest.optional(),
    restored: z.boolean().optional(),
    taken: z.array(count.nullable()).max(4096).optional(),
  }),
  steps: z.strictObject({ source: count, from: count }),
  taken: z.strictObject({ half: identifier, total: count, steps: z.array(takenStep).max(stepsAtOnce) }),
  error: z.strictObject({
    code: z.string().max(100),
    message: z.string().max(4000),
    path: z.string().max(1000).optional(),
  }),
  bye: z.strictObject({ done: z.boolean().optional() }),
} satisfies Partial<Record<MessageType, z.ZodType>>;

export type ControlType = keyof typeof bodies;
export type Control<T extends ControlType> = z.output<(typeof bodies)[T]>;
/** What a client asks of a server when it opens a session. */
export type SessionRequest = Control<'session'>;
/** A half for inference is read-only, and does not wait for those that are trained. */
export type Purpose = SessionRequest['purpose'];

/** What is said around the requests of a session, which alone are numbered. */
const unnumbered: ReadonlySet<ControlType> = new Set(['hello', 'welcome', 'session', 'ready', 'bye']);

/** A complete message: the header and the body as UTF-8 JSON. */
export function encodeControl<T extends ControlType>(type: T, body: Control<T>): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(body));
  const bytes = new Uint8Array(withHeader(type, headerBytes + json.length).buffer);
  bytes.set(json, headerBytes);
  return bytes;
}

/** Throws `message-type`, `message-oversized`, or `message-malformed` naming the field. */
export function decodeControl<T extends ControlType>(type: T, bytes: Uint8Array): Control<T> {
  viewOfType(type, bytes, headerBytes);
  const { sequence } = readHeader(bytes);
  if (unnumbered.has(type) && sequence !== 0)
    throw malformed(`A ${type} message has the number ${sequence}, expected 0.`);
  if (bytes.length > maxControlBytes) {
    throw new SluiceError(
      'message-oversized',
      `A ${type} message has ${bytes.length} bytes, the limit is ${maxControlBytes}.`,
    );
  }
  const parsed = bodies[type].safeParse(parseJson(type, bytes.subarray(headerBytes)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(`A ${type} message is wrong at ${issue.path.join('.') || 'its top'}: ${issue.message}.`);
  }
  return parsed.data as Control<T>;
}

function parseJson(type: ControlType, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw malformed(`A ${type} message is not JSON: ${messageOf(error)}.`);
  }
}
