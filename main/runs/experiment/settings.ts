import { SluiceError } from '../../errors.ts';
import { enginesOf } from './engines.ts';
import type { ExperimentInput } from './experiment.ts';
import { hasFields } from '../../fields.ts';
import { parseJson } from '../../json.ts';
import { parseExperiment } from './parse.ts';

/**
 * Changes one field of an experiment: `applySetting(input, 'phases.0.epochs=3')`. The value is JSON where it can be
 * read as JSON and a text elsewhere. Parts the input leaves to the defaults start from these. The result still has
 * to be parsed; throws `bad-setting` when the text is no setting.
 */
export function applySetting(input: ExperimentInput, setting: string): ExperimentInput {
  const equals = setting.indexOf('=');
  const path = setting.slice(0, equals).split('.');
  if (equals < 1 || path.some((key) => key === '' || key === '__proto__')) {
    throw new SluiceError(
      'bad-setting',
      `"${setting}" is not a setting: write path=value, for example phases.0.epochs=3`,
    );
  }
  const defaults = parseExperiment(input.method ? { method: input.method } : {});
  // A name for both halves is one for each, when the other of them changes.
  const { engine = defaults.engine } = input;
  const whole = path[0] === 'engine' && path.length > 1 && typeof engine === 'string';
  const from = whole ? { ...input, engine: enginesOf({ engine }) } : input;
  return change(from, path, read(setting.slice(equals + 1), setting), defaults, setting) as ExperimentInput;
}

function read(text: string, setting: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SluiceError) throw new SluiceError('bad-setting', `"${setting}" ${error.message}`);
    return text;
  }
}

/** A copy of `value` with the field at `path` changed; `defaults` is what stands there when the value says nothing. */
function change(value: unknown, path: readonly string[], to: unknown, defaults: unknown, setting: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  const from = value ?? defaults;
  if (Array.isArray(from)) {
    const list: readonly unknown[] = from;
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > list.length) {
      throw new SluiceError(
        'bad-setting',
        `"${setting}": ${key} is not a place in a list of ${list.length}, counted from 0`,
      );
    }
    return [...list.slice(0, index), change(list[index], rest, to, undefined, setting), ...list.slice(index + 1)];
  }
  const fields = hasFields(from) ? from : {};
  const below = hasFields(defaults) ? defaults[key] : undefined;
  return { ...(hasFields(value) ? value : fields), [key]: change(fields[key], rest, to, below, setting) };
}
