import { SluiceError } from '../../errors.ts';
import { enginesOf } from './engines.ts';
import type { Experiment, ExperimentInput } from './experiment.ts';
import { hasFields } from '../../fields.ts';
import { parseJson } from '../../json.ts';
import { parseExperiment } from './parse.ts';
import { settingPlace, type SettingPlace } from './setting-place.ts';

/**
 * Changes one field of an experiment: `applySetting(input, 'phases.0.epochs=3')`. The value is JSON where it can be
 * read as JSON and a text elsewhere. Parts the input leaves to the defaults start from these. The result still has
 * to be parsed; throws `bad-setting` when the text is no setting.
 */
export function applySetting(input: ExperimentInput, setting: string): ExperimentInput {
  const equals = setting.indexOf('=');
  const place = equals < 1 ? null : settingPlace(setting.slice(0, equals));
  if (!place) {
    throw new SluiceError(
      'bad-setting',
      `"${setting}" is not a setting: write path=value, for example phases.0.epochs=3`,
    );
  }
  return changed(input, place, read(setting.slice(equals + 1), setting), setting);
}

/** The same with a value that has been read. Throws `bad-setting` for what is no name of a setting. */
export function withSetting(input: ExperimentInput, name: string, value: unknown): ExperimentInput {
  const place = settingPlace(name);
  if (!place) throw new SluiceError('bad-setting', `"${name}" is not the path of a setting, such as phases.0.epochs`);
  return changed(input, place, value, name);
}

function changed(
  input: ExperimentInput,
  { keys, stored }: SettingPlace,
  value: unknown,
  told: string,
): ExperimentInput {
  const defaults = defaultsOf(input.method);
  // A name for both halves is one for each, when the other of them changes.
  const { engine = defaults.engine } = input;
  const whole = keys[0] === 'engine' && keys.length > 1 && typeof engine === 'string';
  const from = whole ? { ...input, engine: enginesOf({ engine }) } : input;
  return change(from, keys, stored(value), defaults, told) as ExperimentInput;
}

const known = new Map<ExperimentInput['method'], Experiment>();

/** A sweep asks for them again and again. */
function defaultsOf(method: ExperimentInput['method']): Experiment {
  const defaults = known.get(method) ?? parseExperiment(method ? { method } : {});
  known.set(method, defaults);
  return defaults;
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
