import type { ModelSet } from '../../sets/manifest.ts';
import { version } from '../../version.ts';
import type { Port } from './half.ts';
import { opset } from './schema.ts';

export interface WrittenPair {
  readonly folder: string;
  readonly testAccuracy: number;
  readonly images: Port;
  readonly maps: Port;
  readonly logits: Port;
}

/** What a person needs to know who has nothing but the folder. */
export function readme(
  { name, network, cut, images, pairs: { length } }: ModelSet,
  pairs: readonly WrittenPair[],
  { normalised }: { readonly normalised: boolean },
): string {
  const formula = '(x / 255 - mean) / std';
  const colours = images.shape[2] === 3 ? 'red, green, blue' : `${images.shape[2]} channels`;
  const values = normalised
    ? `Bytes x (${colours}) go in as ${formula}, channel by channel.`
    : `They are bytes (${colours}); the client half takes them to ${formula} itself.`;
  return `${name}: ${network.name} of width ${network.width}, cut at layer ${cut.layer}; ${length} ${length === 1 ? 'pair' : 'pairs'} as ONNX, opset ${opset}

In each folder, named after its budget of maps, are the two halves of a pair: client.onnx runs on the device, and server.onnx
takes what it gives. Halves of different folders do not belong together. The batch is free.

${pairs.map(pairLines).join('\n')}

Images are [batch, channels, rows, columns]. ${values}
mean  ${images.mean.join(', ')}
std   ${images.std.join(', ')}

The largest of the logits is the class, in this order:
${images.classes.map((each, i) => `${i}  ${each}`).join('\n')}

The same is in the metadata of each model. Written by Sluice ${version()}.
`;
}

function pairLines({ folder, testAccuracy, images, maps, logits }: WrittenPair): string {
  return [
    `${folder}: test accuracy ${(100 * testAccuracy).toFixed(2)} %`,
    `  client.onnx  ${port(images)} -> ${port(maps)}`,
    `  server.onnx  ${port(maps)} -> ${port(logits)}`,
  ].join('\n');
}

function port({ name, type, shape }: Port): string {
  return `${name} ${type} [${['batch', ...shape].join(', ')}]`;
}
