import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { InferRequest } from '../../offload/protocol/messages.ts';
import { requireBatch, type BatchLimits } from '../batcher.ts';
import { channelsLast } from '../layout.ts';
import type { ServedPair } from '../pairs.ts';
import { invalid } from './errors.ts';
import { inputName, outputName, inputShape } from './model.ts';
import { binaryTensors, jsonTensor } from './tensors.ts';

/** A request for inference, and how its answer is wanted. */
export interface InferCall {
  readonly id: string | undefined;
  readonly request: InferRequest;
  /** Whether the logits come after the JSON as bytes. */
  readonly binary: boolean;
}

const parameter = z.union([z.boolean(), z.number(), z.string()]);
const parameters = z.record(z.string(), parameter);

/** What is not listed has no meaning here and is left alone, but parameters would change what is asked for. */
const inferSchema = z.object({
  id: z.string().max(1000).optional(),
  parameters: parameters.optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().min(0)).max(8),
        datatype: z.string(),
        parameters: parameters.optional(),
        data: z.unknown().optional(),
      }),
    )
    .max(16),
  outputs: z
    .array(z.object({ name: z.string(), parameters: parameters.optional() }))
    .max(16)
    .optional(),
});

type InferBody = z.output<typeof inferSchema>;
type Input = InferBody['inputs'][number];

/**
 * Reads the body of an infer request: JSON, with binary tensors behind its first `jsonBytes` bytes unless that is null.
 * Throws `request-invalid`, `limit-batch`, and `codec-non-finite` for values that are no finite numbers.
 */
export function readInfer(
  body: Uint8Array,
  jsonBytes: number | null,
  pair: ServedPair,
  { maxBatch }: Pick<BatchLimits, 'maxBatch'>,
): InferCall {
  const json = jsonBytes === null ? body : body.subarray(0, jsonBytes);
  const asked = parse(json);
  const settings = knownParameters(asked.parameters, ['timeout', 'binary_data_output', 'priority'], 'parameters');
  const input = onlyInput(asked.inputs);
  const samples = requireInput(input, pair);
  requireBatch(samples, maxBatch);
  const [binary] = binaryTensors(asked.inputs, jsonBytes === null ? null : body.subarray(jsonBytes));
  if (binary !== null && input.data !== undefined)
    throw invalid(`Input "${inputName}" has both data and binary data.`, 'inputs[0].data');
  const { sent, selection } = pair;
  const [height, width, total] = sent;
  const kept = selection?.kept.length ?? total;
  const values = binary ?? jsonTensor(input.data, samples * height * width * kept);
  return {
    id: asked.id,
    binary: wantsBinary(asked.outputs, settings['binary_data_output']),
    request: {
      maps: channelsLast(values, samples, height * width),
      shape: [samples, height, width],
      total,
      selection,
      deadlineMs: deadlineOf(settings['timeout']),
    },
  };
}

function parse(bytes: Uint8Array): InferBody {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`The body is not JSON: ${messageOf(error)}.`, 'body');
  }
  const parsed = inferSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue.path.join('.') || 'body';
  throw invalid(`The request is wrong at ${path}: ${issue.message}.`, path);
}

function onlyInput(inputs: readonly Input[]): Input {
  if (inputs.length === 1 && inputs[0].name === inputName) return inputs[0];
  const given = inputs.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw invalid(`The inputs are ${given}, expected one named "${inputName}".`, 'inputs');
}

/** The number of samples. */
function requireInput({ shape, datatype }: Input, pair: ServedPair): number {
  if (datatype !== 'FP32')
    throw invalid(`Input "${inputName}" is of ${datatype}, expected FP32.`, 'inputs[0].datatype');
  const expected = inputShape(pair);
  const [samples, ...rest] = shape;
  if (rest.join() !== expected.join() || samples < 1) {
    throw invalid(
      `Input "${inputName}" has the shape [${shape.join(', ')}], expected [samples, ${expected.join(', ')}].`,
      'inputs[0].shape',
    );
  }
  return samples;
}

function wantsBinary(outputs: InferBody['outputs'], byDefault: unknown): boolean {
  if (byDefault !== undefined && typeof byDefault !== 'boolean')
    throw invalid('Parameter "binary_data_output" is no boolean.', 'parameters.binary_data_output');
  const [output] = outputs ?? [];
  if (!output) return byDefault ?? false;
  const wrong = outputs!.find(({ name }, i) => name !== outputName || i > 0);
  if (wrong) throw invalid(`There is one output, "${outputName}"; asked for is "${wrong.name}".`, 'outputs');
  const { binary_data: binary } = knownParameters(output.parameters, ['binary_data'], 'outputs[0].parameters');
  if (binary !== undefined && typeof binary !== 'boolean')
    throw invalid('Parameter "binary_data" is no boolean.', 'outputs[0].parameters.binary_data');
  return binary ?? byDefault ?? false;
}

/** What a parameter asks for that is not known here would be left undone without a word. */
function knownParameters(
  given: Readonly<Record<string, unknown>> | undefined,
  known: readonly string[],
  path: string,
): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(given ?? {}).find((name) => !known.includes(name));
  if (unknown === undefined) return given ?? {};
  throw invalid(`Parameter "${unknown}" is not supported. Known are ${known.join(', ')}.`, `${path}.${unknown}`);
}

/** `timeout` is in microseconds; 0 is none. */
function deadlineOf(timeout: unknown): number {
  if (timeout === undefined) return 0;
  if (typeof timeout === 'number' && Number.isSafeInteger(timeout) && timeout >= 0) return timeout / 1000;
  throw invalid(
    `Parameter "timeout" is ${JSON.stringify(timeout)}, expected whole microseconds.`,
    'parameters.timeout',
  );
}
