import type { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import type { Codec, Offerer, Size, TensorShape } from './codec.ts';
import { compressed } from './compressed.ts';
import { compressions } from './compression.ts';
import { codecs } from './index.ts';
import { imageMemories, imageMemoryNames, type ImageMemoryName } from './memories.ts';

type Plain = (typeof codecs)[number]['name'];
/** A codec, alone or with something behind it: a lossless compression (`int8+deflate`), or a memory of images (`top-k+ef21`). */
export type CodecName = Plain | `${Plain}+${(typeof compressions)[number]['name'] | ImageMemoryName}`;

/** A codec with all its parameters: what a session announces. */
export interface CodecChoice {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A codec as experiments name it: alone, or with parameters that are not to have their defaults. */
export type CodecInput = CodecName | { readonly name: CodecName; readonly [param: string]: unknown };

/** The codecs as they stand in their table, each followed by its other forms. */
const all: readonly Codec[] = codecs.flatMap((codec: Codec) => [
  codec,
  ...compressions.map((compression) => compressed(codec, compression)),
  ...(codec.memories ?? imageMemoryNames).map((memory) => imageMemories[memory](codec)),
]);
const byName = new Map(all.map((codec) => [codec.name, codec]));

/** Every name there is, in the order to offer them. */
export const codecNames = all.map(({ name }) => name as CodecName);

/** The names of those that are offered unasked. */
export function codecsOffered(by: Offerer): CodecName[] {
  return codecNames.filter((name) => byName.get(name)?.offeredBy?.includes(by));
}

/** The names of those that this machine can do. */
export function availableCodecs(): CodecName[] {
  return codecNames.filter((name) => byName.get(name)?.available?.() !== false);
}

/** The codec of this name. Throws `codec-unknown`. */
export function codecNamed(name: string): Codec {
  const codec = byName.get(name);
  if (codec) return codec;
  throw new SluiceError('codec-unknown', `The codec is "${name}", expected one of ${codecNames.join(', ')}.`, {
    path: 'codec',
  });
}

/** A choice with every parameter filled in. Throws `codec-unknown` and `codec-params`. */
export function codecChoice(input: string | { readonly name: string; readonly [param: string]: unknown }): CodecChoice {
  if (typeof input === 'string') return { name: input, params: checkedParams(input, {}, 'codec') };
  const { name, ...params } = input;
  return { name, params: checkedParams(name, params, 'codec') };
}

/** The parameters of a codec, defaults filled in. Throws `codec-unknown`, and `codec-params` naming the field from `path` on. */
export function checkedParams(name: string, params: unknown, path: string): CodecChoice['params'] {
  const parsed = codecNamed(name).params.safeParse(params);
  if (parsed.success) return parsed.data;
  throw paramsWrong(name, parsed.error, path);
}

/** Bytes of an encoded tensor of this shape. */
export function sizeOf({ name, params }: CodecChoice, shape: TensorShape): Size {
  return codecNamed(name).size(shape, params);
}

/** Whether one of these codecs has to know which image each sample of a step is. */
export function anyByImage(...choices: readonly CodecChoice[]): boolean {
  return choices.some(({ name }) => codecNamed(name).byImage);
}

/** Codec and parameters as text, the same for two that are the same. */
export function keyOf({ name, params }: CodecChoice): string {
  const sorted = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name} ${JSON.stringify(sorted)}`;
}

/** Whether two are one codec with the same parameters. */
export function sameCodec(one: CodecChoice, other: CodecChoice): boolean {
  return keyOf(one) === keyOf(other);
}

/** Throws `codec-unknown` unless all that a session needs are among those that the server has. */
export function requireCodecs(needed: readonly CodecChoice[], had: readonly string[]): void {
  const missing = needed.findIndex(({ name }) => !had.includes(name));
  if (missing < 0) return;
  const names = [...new Set(needed.map(({ name }) => name))];
  throw new SluiceError(
    'codec-unknown',
    `The offload server has no codec "${needed[missing].name}". The session needs ${names.join(', ')}; the server has ` +
      `${had.join(', ')}. Choose another codec, or install the same version of Sluice (and of Node) on both sides.`,
    { path: `codecs.${missing}.name` },
  );
}

function paramsWrong(name: string, { issues: [issue] }: z.ZodError, path: string): SluiceError {
  const at = [path, ...issue.path].join('.');
  return new SluiceError('codec-params', `The parameters of codec "${name}" are wrong at ${at}: ${issue.message}.`, {
    path: at,
  });
}
