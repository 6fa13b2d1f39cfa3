import { resolve } from 'node:path';
import envPaths from 'env-paths';

/** The folder Sluice keeps data sets and runs in: `SLUICE_HOME` when set, else the platform's data folder. */
export function sluiceHome(): string {
  const chosen = process.env['SLUICE_HOME'];
  return chosen ? resolve(chosen) : envPaths('sluice', { suffix: '' }).data;
}
