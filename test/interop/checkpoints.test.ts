import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import type { Cut, NetworkSpec } from '../../main/model/spec.ts';
import { networkSpec } from '../../main/model/zoo.ts';
import { openCodecs } from '../../main/offload/codecs/session-codecs.ts';
import { decodeInfer, encodeInfer } from '../../main/offload/protocol/messages.ts';
import { random } from '../../main/random.ts';
import type { Budget } from '../../main/records/column.ts';
import { inputFacts } from '../../main/data/input.ts';
import { pairFolder, savePair } from '../../main/runs/checkpoint/pair.ts';
import { writeSafetensors } from '../../main/runs/checkpoint/weights-file.ts';
import { openStore } from '../../main/runs/store/store.ts';
import { codecsFor } from '../../main/training/controller.ts';
import { closing, temporaryFolder } from '../support/closing.ts';
import { openHalves } from '../support/halves.ts';
import { narrow, pythonHas } from '../support/python.ts';
import { experiment, pairRecord } from '../support/run-records.ts';
import { where } from '../support/where.ts';

const [checksum, pair, nodes] = [
  ...readFileSync(new URL('../../docs/checkpoints.md', import.meta.url), 'utf8').matchAll(/```python\n(.*?)```/gs),
].map(([, code]) => code);

/** Runs code of the documentation, and what a test adds to it, in the folder of a pair. */
function python(
  folder: string,
  code: string,
  input: Uint8Array = new Uint8Array(),
): { status: number | null; out: string } {
  const path = join(folder, 'printed.py');
  writeFileSync(path, code);
  const { status, stdout, stderr } = spawnSync('python3', [path], { cwd: folder, input, maxBuffer: 1e8 });
  return { status, out: status === 0 ? String(stdout) : String(stderr) };
}

where(pythonHas('hashlib'), 'no Python').it('the checksum is taken as docs/checkpoints.md prints it', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'client.safetensors');
  await writeSafetensors(path, { weight: { shape: [2], data: Float32Array.of(1, 2) } }, { run: '0001' });
  expect(python(folder, checksum)).toMatchObject({ status: 0 });
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(path, bytes);
  expect(python(folder, checksum).out).toContain('AssertionError');
});

const samples = 6;

interface Trained {
  readonly folder: string;
  /** Bytes [samples, rows, columns, channels]. */
  readonly images: Uint8Array;
  readonly logits: Float32Array;
  readonly classes: readonly string[];
}

/** A pair after one step of training, as a run exports it, and what Sluice makes of some images with it. */
async function trained(network: NetworkSpec, cut: Cut, budget: Budget): Promise<Trained> {
  const { client, server, offloader, codecs } = openHalves(network, cut, { seed: 3, gate: { ties: 'cut' } });
  const facts = inputFacts('synthetic')!;
  const source = random(5, 'checkpoints');
  const [height, width, channels] = network.input;
  const images = Uint8Array.from({ length: samples * height * width * channels }, () => source.integer(256));
  const normalised = Float32Array.from(
    images,
    (x, i) => (x / 255 - facts.mean[i % channels]) / facts.std[i % channels],
  );
  const labels = Uint16Array.from({ length: samples }, (_, i) => i % network.classes);
  const batch = { images: normalised, labels, samples };
  const begun = await client.begin(batch, budget, 0);
  const request = { ...begun.features, step: 0, labels, classes: network.classes, learningRate: 0.01 };
  begun.finish((await offloader.step(request, codecsFor(budget, codecs))).gradient, 0.01);

  const store = closing(openStore(temporaryFolder()));
  const run = store.create(experiment({ dataset: { name: 'synthetic' } }), 1);
  const record = pairRecord(0, { budget });
  const weights = { client: (await client.read()).weights, server: (await server.read()).weights };
  await savePair(store.folder(run.id), run, record, weights);
  const wire = openCodecs([codecsFor(budget, codecs).up], 1);
  const features = await client.infer(batch, budget);
  const logits = await server.infer(decodeInfer(encodeInfer(features, wire, 0), wire));
  return { folder: pairFolder(store.folder(run.id), record), images, logits, classes: facts.classes };
}

/** Prints the logits that `forward` gives for the images on standard input, bytes as PyTorch has them. */
const driver = ([height, width, channels]: readonly number[], forward: string): string => `
import sys
images = torch.frombuffer(bytearray(sys.stdin.buffer.read()), dtype=torch.uint8)
images = images.view(-1, ${height}, ${width}, ${channels}).permute(0, 3, 1, 2)
with torch.no_grad():
${forward.replaceAll(/^/gm, '    ')}
`;

function expectAlike(given: readonly number[][], { logits }: Trained): void {
  const all = given.flat();
  const largest = Math.max(...logits.map(Math.abs));
  expect(all).toHaveLength(logits.length);
  // Values that fall on another side of float16 differ by 1/2048; a wrong formula is off by much more.
  expect(Math.max(...all.map((value, i) => Math.abs(value - logits[i]))) / largest).toBeLessThan(2e-3);
}

where(pythonHas('torch', 'safetensors'), 'no PyTorch').describe(
  'the code of docs/checkpoints.md',
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      await openEngine('cpu', { threads: 2 });
    });

    it.each([4, null])('computes in PyTorch what Sluice computes, budget %s', async (budget) => {
      const classes = inputFacts('synthetic')!.classes.length;
      const network = networkSpec('vgg11', { input: [32, 32, 3], classes, width: 0.125 });
      const ours = await trained(network, { layer: 5, module: { resolution: 1, features: 1 } }, budget);
      const forward = `maps = client((images / 255 - mean) / std)
logits = server(sent(maps, client.features[-1].prune_filter, budget))
print(json.dumps({"logits": logits.tolist(), "classes": predict(images)}))`;
      const { status, out } = python(ours.folder, narrow(pair) + driver(network.input, forward), ours.images);
      expect(out).toMatch(/^\{/);
      expect(status).toBe(0);
      const theirs = JSON.parse(out) as { logits: number[][]; classes: string[] };
      expectAlike(theirs.logits, ours);
      expect(theirs.classes).toEqual(theirs.logits.map((row) => ours.classes[row.indexOf(Math.max(...row))]));
    });

    it('has the modules of an MLP', async () => {
      const classes = inputFacts('synthetic')!.classes.length;
      const network = networkSpec('mlp', { input: [32, 32, 3], classes, width: 0.125 });
      const ours = await trained(network, { layer: 2, module: { resolution: 1, features: 1 } }, null);
      const forward = `def under(tensors, prefix):
    return {name[len(prefix):]: value for name, value in tensors.items() if name.startswith(prefix)}

front, back = load_file("client.safetensors"), load_file("server.safetensors")
gate = next(name for name in front if name.endswith("prune_filter"))
compression = NodeCompression(front[gate].numel())
compression.load_state_dict(under(front, gate[: -len("prune_filter")]))
decompression = NodeDecompression(front[gate].numel())
decompression.load_state_dict(under(back, "features.0."))
def dense(tensors):
    names = [name[:-6] for name, value in tensors.items() if name.endswith(".weight") and value.dim() == 2]
    names.sort(key=lambda name: (name.startswith("classifier"), int(name.split(".")[1])))
    return [(tensors[name + "weight"], tensors[name + "bias"]) for name in names]

about = safe_open("client.safetensors", "pt").metadata()
mean, std = (torch.tensor(json.loads(about[key])).view(-1, 1, 1) for key in ("mean", "std"))
x = ((images / 255 - mean) / std).flatten(1)
for weight, bias in dense(front):
    x = torch.relu(x @ weight.T + bias)
x = decompression.eval()(compression.eval()(x))
layers = dense(back)
for i, (weight, bias) in enumerate(layers):
    x = x @ weight.T + bias
    if i < len(layers) - 1:
        x = torch.relu(x)
print(json.dumps(x.tolist()))`;
      const imports =
        'import json\nimport torch\nfrom safetensors import safe_open\nfrom safetensors.torch import load_file\nfrom torch import nn\n\n';
      const { status, out } = python(ours.folder, imports + nodes + driver(network.input, forward), ours.images);
      expect(out).toMatch(/^\[/);
      expect(status).toBe(0);
      expectAlike(JSON.parse(out) as number[][], ours);
    });
  },
);
