import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Layout } from '../../main/offload/codecs/codec.ts';
import { availableCodecs, codecChoice, codecNamed, type CodecInput } from '../../main/offload/codecs/table.ts';
import { random } from '../../main/random.ts';
import { median } from './median.ts';

/**
 * Every codec on one thread: megabytes of float32 a second through encoding and decoding both, and how many bytes that makes of
 * them, beside float32 in the same round. By the time of the processor, so that other work on the machine tells less.
 */

const { values: asked } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, maps: { type: 'string', default: '64' } },
});
const rounds = Number(asked.rounds);
const maps = Number(asked.maps);

const layout: Layout = { shape: [128, 8, 8, maps], kept: null };
const source = random(1, 'bench');
/** As behind a ReLU: half of them zero. */
const values = Float32Array.from({ length: 128 * 64 * maps }, () => Math.max(0, source.normal()));

const bits = [2, 3, 4, 5, 6, 7].map((bits): CodecInput => ({ name: 'quantised', bits }));
const shares: CodecInput[] = [
  { name: 'top-k', share: 0.01 },
  { name: 'top-k', share: 0.1, random: 0.2 },
];
const learned: CodecInput[] = [
  { name: 'codebook', codewords: 64 },
  { name: 'codebook', codewords: 16, groups: 8, every: 10 },
  { name: 'superposed', images: 16 },
];
const choices: CodecInput[] = [...availableCodecs(), ...bits, ...shares, ...learned];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const results = choices
  .map((choice) => {
    const { name, params } = codecChoice(choice);
    return {
      label: typeof choice === 'string' ? choice : JSON.stringify(choice),
      codec: codecNamed(name).open(params, 1),
    };
  })
  .map(({ label, codec }) => ({ label, codec, bytes: 0, seconds: [] as number[] }));

for (let round = -2; round < rounds; round++) {
  for (const result of results) {
    // What others left is not to be cleared away in its time.
    collectGarbage();
    const seconds = processorSeconds(() => {
      const bytes = result.codec.encode(values, layout);
      result.bytes = bytes.length;
      result.codec.decode(bytes, layout);
    });
    // The first two warm up.
    if (round >= 0) result.seconds.push(seconds);
  }
}

const megabytes = values.byteLength / 1e6;
const [plain] = results.map(({ seconds }) => median(seconds));
console.log(`Tensors of [${layout.shape.join(', ')}], ${megabytes.toFixed(1)} MB of float32; medians of ${rounds}\n`);
console.log('| codec | MB/s, both ways | of float32 | bytes, of float32 |\n| --- | ---: | ---: | ---: |');
for (const { label, bytes, seconds } of results) {
  const time = median(seconds);
  const cells = [
    label,
    (megabytes / time).toFixed(0),
    (plain / time).toFixed(2),
    (bytes / values.byteLength).toFixed(4),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
