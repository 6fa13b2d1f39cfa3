import { decodeFloats } from '../../offload/codecs/float32.ts';
import { SluiceError } from '../../errors.ts';
import { invalid } from './errors.ts';

interface BinaryInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** FP32 has four bytes. */
const valueBytes = 4;

/**
 * The tensors of inputs behind the JSON, null of those whose values are in it. `bytes` is what follows the JSON, null in a
 * request that is JSON alone. Throws `request-invalid` unless their sizes are those of the inputs, and together of the bytes.
 */
export function binaryTensors(inputs: readonly BinaryInput[], bytes: Uint8Array | null): (Float32Array | null)[] {
  let at = 0;
  const tensors = inputs.map(({ name, shape, parameters = {} }, i) => {
    const path = `inputs[${i}].parameters`;
    const { binary_data_size: size, ...others } = parameters;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined)
      throw invalid(`Parameter "${unknown}" of input "${name}" is not supported.`, `${path}.${unknown}`);
    if (size === undefined) return null;
    const expected = shape.reduce((product, side) => product * side, valueBytes);
    if (size !== expected) {
      const found = `Input "${name}" has a binary_data_size of ${JSON.stringify(size)}`;
      throw invalid(`${found}, its shape [${shape.join(', ')}] takes ${expected} bytes.`, `${path}.binary_data_size`);
    }
    if (bytes === null) {
      const header = 'Inference-Header-Content-Length';
      throw invalid(`Input "${name}" has binary data, and the request has no header ${header}.`, header);
    }
    const tensor = bytes.subarray(at, (at += expected));
    if (tensor.length < expected)
      throw invalid(
        `The body ends ${expected - tensor.length} bytes before the binary data of input "${name}" does.`,
        'body',
      );
    return decodeFloats(tensor);
  });
  if (bytes !== null && at < bytes.length)
    throw invalid(`${bytes.length - at} bytes follow the binary data of all inputs.`, 'body');
  return tensors;
}

/** How deep lists of values may lie in one another: as the dimensions of a tensor do. */
const mostDepth = 4;

/** Values given as JSON, in one list or in lists of lists. */
export function jsonTensor(data: unknown, count: number): Float32Array {
  if (!Array.isArray(data)) throw invalid('The input has no data: a list of numbers was expected.', 'inputs[0].data');
  const values = new Float32Array(count);
  let at = 0;

  function collect(list: readonly unknown[], depth: number): void {
    for (const value of list) {
      if (typeof value === 'number') {
        if (at === count) throw wrongCount('more');
        values[at++] = value;
      } else if (Array.isArray(value) && depth < mostDepth) {
        collect(value, depth + 1);
      } else {
        throw invalid(`Value ${at} of the data is no number.`, 'inputs[0].data');
      }
    }
  }

  const wrongCount = (what: string): SluiceError =>
    invalid(`The data holds ${what} values than the ${count} of its shape.`, 'inputs[0].data');
  collect(data, 1);
  if (at < count) throw wrongCount('fewer');
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new SluiceError('codec-non-finite', `Value ${bad} of the data is too large for FP32.`, {
      path: 'inputs[0].data',
    });
  return values;
}
