import { engineNames, type EngineName } from '../../main/engine/choices.ts';

/** The cpu engine is everywhere: where it does not open, its tests fail. */
type Optional = Exclude<EngineName, 'cpu'>;

const optional = engineNames.filter((name): name is Optional => name !== 'cpu');

/** Why tests may be skipped, as their titles say; `.ci/run` fails for one that is skipped without any of these. */
const reasons = [
  'Windows',
  'no Linux',
  'another processor',
  'no BLAS',
  'no Chromium',
  'no Electron',
  'no Python',
  'no numpy',
  'no PyTorch',
  'no ONNX',
  'no pandas',
  'no TensorBoard',
  'no MLflow',
  'no tritonclient',
  'no ONNX Runtime',
  'no zstd in this Node',
  'zstd in this Node',
  'every engine is here',
  ...optional.map((name) => `no ${name} engine` as const),
] as const;

export type Reason = (typeof reasons)[number];

const mark = / \(skipped: ([^)]+)\)/;

/** The title of what is skipped. */
export function skippedTitle(title: string, reason: Reason): string {
  return `${title} (skipped: ${reason})`;
}

/** The reason that a test's full name gives, if it is one. */
export function reasonIn(fullName: string): Reason | undefined {
  const said = mark.exec(fullName)?.[1];
  return reasons.find((reason) => reason === said);
}
