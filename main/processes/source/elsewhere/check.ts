import { z } from 'zod';
import { fingerprintSchema } from '../../../data/fingerprint.ts';
import { SluiceError } from '../../../errors.ts';
import { takenStep } from '../../../offload/protocol/control.ts';
import { anyRecordSchema, count, real } from '../../../runs/store/record-schema.ts';
import { totalsOf } from '../../../training/snapshot.ts';
import type { FromSource, WantsData } from '../messages.ts';

/** What a source on another machine may say, member by member: it is written into the store and onto the disk. */

const text = z.string().max(4000);

const tensors = z.record(
  z.string().max(200),
  z.strictObject({
    shape: z.array(count).max(8),
    data: z.union([z.instanceof(Float32Array), z.instanceof(BigInt64Array)]),
  }),
);
const half = z.strictObject({ weights: tensors, momentum: tensors });

const snapshot = z.strictObject({
  position: z.strictObject({
    training: count,
    phase: count,
    epoch: count,
    batch: count,
    step: count,
    firstEpoch: count.optional(),
  }),
  totals: z.strictObject(totalsOf(() => real)),
  client: half,
  server: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('state'), state: half }),
    z.strictObject({ kind: z.literal('kept'), name: z.string().max(100), sha256: z.string().max(64) }),
    z.strictObject({ kind: z.literal('shared') }),
  ]),
  codecs: z.strictObject({ client: tensors, server: tensors }).optional(),
});

const message = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['alive', 'ended']) }),
  z.strictObject({ kind: z.literal('wants-data') }),
  z.strictObject({
    kind: z.literal('ready'),
    engine: z.strictObject({ name: text, device: text, detail: text }),
    stepsPerEpoch: count,
    fingerprint: fingerprintSchema,
  }),
  z.strictObject({ kind: z.literal('open'), engine: text.nullable(), half: z.string().max(64).optional() }),
  z.strictObject({ kind: z.literal('record'), record: anyRecordSchema }),
  z.strictObject({ kind: z.literal('taken'), source: count, steps: z.array(takenStep) }),
  z.strictObject({ kind: z.literal('arrived'), final: z.boolean() }),
  z.strictObject({
    kind: z.literal('checkpoint'),
    checkpoint: z.strictObject({ kind: z.literal('checkpoint'), final: z.boolean(), snapshot }),
  }),
  z.strictObject({ kind: z.literal('link'), event: z.enum(['lost', 'retry', 'reconnected']), message: text }),
  z.strictObject({
    kind: z.literal('failed'),
    failure: z.strictObject({
      message: text,
      code: text.optional(),
      path: text.optional(),
      stack: z.string().max(20_000).optional(),
    }),
  }),
]);

/** The message of a source. Throws `message-malformed` naming the member that is wrong. */
export function checkMessage(value: unknown): FromSource | WantsData {
  const parsed = message.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SluiceError(
    'message-malformed',
    `A message of a joined source is wrong at ${issue.path.join('.') || 'its top'}: ${issue.message}. Both sides need the same version of Sluice.`,
  );
}
