import { sha256 } from '../../../main/digest.ts';
import { SluiceError } from '../../../main/errors.ts';
import { decodeSafetensors } from '../../../main/model/safetensors.ts';
import type { StateDict } from '../../../main/model/state.ts';
import { manifestSchema, type ModelSet, type SetPair } from '../../../main/sets/manifest.ts';
import { decodeMessage } from '../../../main/wire.ts';

/** A test image of the set's data set, as bytes [h, w, channels]. */
export interface SetImage {
  readonly label: number;
  readonly pixels: Uint8Array;
}

/** A model set as its server gives it to this page: the manifest and the client halves, no more. */
export interface ServedSet {
  readonly digest: string;
  readonly manifest: ModelSet;
  client(pair: SetPair): Promise<StateDict>;
  /** Empty where the server does not have the data set. */
  images(): Promise<SetImage[]>;
}

/** Asks for a set by its digest. Throws `set-damaged` for one that is not what the digest says, and what the server answers. */
export async function fetchSet(base: string, token: string, digest: string): Promise<ServedSet> {
  const get = async (path: string): Promise<Uint8Array> => ask(new URL(`set/${digest}/${path}`, base), token);
  const bytes = await get('set.json');
  if ((await sha256(bytes)) !== digest) throw damaged('set.json');
  const manifest = readManifest(bytes);
  return {
    digest,
    manifest,
    async client({ client: { weights } }) {
      const file = await get(weights.file);
      if ((await sha256(file)) !== weights.sha256) throw damaged(weights.file);
      return decodeSafetensors(file, weights.file);
    },
    images: async () => decodeMessage(await get('images')) as SetImage[],
  };
}

/** The sum that the file has of itself tells nothing that its digest does not. Throws `set-damaged`. */
function readManifest(bytes: Uint8Array): ModelSet {
  const value = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  delete value['sha256'];
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = `This page does not understand the model set (${issue.path.join('.')}: ${issue.message}). Reload it.`;
  throw new SluiceError('set-newer', message);
}

async function ask(url: URL, token: string): Promise<Uint8Array> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, cache: 'no-store' });
  if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  throw new SluiceError('server-refused', `The server does not give ${url.pathname}: ${(await answer.text()).trim()}`);
}

function damaged(file: string): SluiceError {
  return new SluiceError('set-damaged', `${file} did not arrive as the model set has it. Reload the page.`, {
    path: file,
  });
}
