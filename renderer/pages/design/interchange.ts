import type { ExperimentInput, ServerPlace } from '../../../main/api.ts';
import { messageOf, SluiceError } from '../../../main/errors.ts';
import { hasFields, merge } from '../../../main/fields.ts';
import { parseJson, utf8Text } from '../../../main/json.ts';

/** Experiments as the text of a JSON file that the terminal and other labs read, too. */
export function fileText(experiments: readonly ExperimentInput[], title: string): string {
  const [only] = experiments;
  const content =
    experiments.length === 1 && only
      ? only
      : { title, description: '', experiments: experiments.map((experiment) => ({ experiment })) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

export function fileName(title: string): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${slug || 'experiment'}.json`;
}

/** Commands for a terminal that train the same, there or with a server elsewhere. The token is left to be filled in. */
export function commandText(
  experiments: readonly ExperimentInput[],
  title: string,
  server: ServerPlace | null = null,
): string {
  const name = fileName(title);
  const files = [here(name, fileText(experiments, title)), ...(server?.ca ? [here('ca.pem', `${server.ca}\n`)] : [])];
  const trust = server?.fingerprint ? ` --fingerprint ${quoted(server.fingerprint)}` : server?.ca ? ' --ca ca.pem' : '';
  const [token, options] = server ? ['SLUICE_TOKEN=… ', ` --offload ${quoted(server.url)}${trust}`] : ['', ''];
  return `${files.join('')}${token}sluice run ${name}${options}\n`;
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A here document: a command that writes a file. */
function here(name: string, text: string): string {
  return `cat > ${name} <<'EOF'\n${text}EOF\n`;
}

export interface ReadFile {
  readonly title: string;
  readonly experiments: readonly ExperimentInput[];
}

/** The text of a file. Throws an Error with a sentence for the user. */
export async function fileContent(file: Pick<File, 'arrayBuffer'>): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return utf8Text(bytes);
  } catch (error) {
    throw new Error(`The file ${messageOf(error)}.`, { cause: error });
  }
}

/**
 * The experiments of a JSON text: one, a list, or a preset, whose small variants are left out. Whether they are right
 * is up to the lab. Throws an Error with a sentence for the user.
 */
export function readText(text: string): ReadFile {
  const content = parse(text);
  if (Array.isArray(content)) return { title: '', experiments: content.map(requireFields) };
  const fields = requireFields(content);
  const list = 'experiments' in fields ? fields['experiments'] : null;
  if (!Array.isArray(list)) return { title: titleOf(fields, 'name'), experiments: [fields] };
  const shared = hasFields(fields['shared']) ? fields['shared'] : {};
  return {
    title: titleOf(fields, 'title'),
    experiments: list.map((entry) => merge(shared, requireFields(requireFields(entry)['experiment'] ?? entry))),
  };
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SluiceError) throw new Error(`It ${error.message}.`, { cause: error });
    const why = error instanceof Error ? `: ${error.message}` : '';
    throw new Error(`This is no JSON${why}`, { cause: error });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function requireFields(value: unknown): Fields {
  if (hasFields(value)) return value;
  throw new Error(
    'Expected an experiment, a list of experiments or a preset: JSON objects with fields such as "method".',
  );
}

function titleOf(fields: Fields, key: string): string {
  const title = fields[key];
  return typeof title === 'string' ? title : '';
}
