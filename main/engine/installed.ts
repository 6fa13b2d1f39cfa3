import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { engines } from './names.ts';

/** The engines that can be installed, each into a folder of its own. */
const installed = engines.filter((engine): engine is InstallableEngine => engine.install !== null);
export const installable: readonly Installable[] = installed.map(({ name }) => name);

type InstallableEngine = Exclude<(typeof engines)[number], { readonly install: null }>;
export type Installable = InstallableEngine['name'];

/** They and what they are, as a help text lists them. */
export const installableHelp = installed.map(({ name, install }) => `${name} (${install.help})`).join(', ');

const text = z.string().min(1);

/** What `engine.json` in the folder of an installed engine says. */
export const installedSchema = z.object({
  format: z.literal(1),
  name: z.enum(installable),
  /** The npm packages it consists of, by name. */
  packages: z.record(text, text),
  /** Where its library is from: TensorFlow's own download, a Python environment, or the npm registry itself. */
  source: z.enum(['download', 'python', 'registry']),
  /** Version of TensorFlow's library; null where the engine has none. */
  tensorflow: text.nullable(),
  /** TensorFlow's library: inside the folder, or in the Python environment. */
  library: text.nullable(),
  python: text.nullable(),
  /** What the library was built for; null where it is for the CPU alone. */
  cuda: z
    .object({
      version: text.nullable(),
      cudnn: text.nullable(),
      /** Such as `sm_80` (built) and `compute_80` (can be compiled when it is loaded). */
      capabilities: z.array(text),
    })
    .nullable(),
  /** Libraries of NVIDIA in the Python environment, in the order in which to load them before the addon. */
  preload: z.array(text),
  installedAt: text,
  /** Every file that was installed, relative to the folder, with its checksum as an SRI string. */
  files: z.record(text, text),
});

export type InstalledEngine = z.infer<typeof installedSchema>;

/** Where engines are installed: `SLUICE_ENGINES` when set, so that several homes may share them, else in the home. */
export function enginesFolder(): string {
  const chosen = process.env['SLUICE_ENGINES'];
  return chosen ? resolve(chosen) : join(sluiceHome(), 'engines');
}

export function engineFolder(name: Installable): string {
  return join(enginesFolder(), name);
}

/** What is installed under a name; null where nothing is, `damaged` says why what is there cannot be read. */
export function installedEngine(name: Installable): InstalledEngine | { readonly damaged: string } | null {
  const folder = engineFolder(name);
  if (!existsSync(folder)) return null;
  try {
    return installedSchema.parse(JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')));
  } catch (error) {
    return { damaged: messageOf(error).split('\n')[0] };
  }
}

export function isInstallable(name: string): name is Installable {
  return (installable as readonly string[]).includes(name);
}
