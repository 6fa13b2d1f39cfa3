/** Where a setting stands in an experiment, and what stands there for a value of it. */
export interface SettingPlace {
  readonly keys: readonly string[];
  readonly stored: (value: unknown) => unknown;
}

/** Short names of settings that are often changed. A seed alone is a list of one. */
const shortNames: Readonly<Record<string, SettingPlace>> = {
  lr: { keys: ['optimiser', 'learningRate'], stored: (value) => value },
  seed: { keys: ['seeds'], stored: (value) => [value] },
};

/**
 * The place of a setting by its name: a dotted path, in which `phases[0].budget` and `phases.0.budget` are the same, or
 * `lr` or `seed`. Null for what is no name of one.
 */
export function settingPlace(name: string): SettingPlace | null {
  const short = Object.hasOwn(shortNames, name) ? shortNames[name] : undefined;
  if (short) return short;
  const keys = name.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return keys.some((key) => key === '' || key === '__proto__') ? null : { keys, stored: (value) => value };
}
