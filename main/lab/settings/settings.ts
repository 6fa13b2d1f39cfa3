import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Settings } from '../../api.ts';
import { legendPlaces, usualPaper } from '../../charts/spec.ts';
import { engineChoices } from '../../engine/choices.ts';
import { nameSchema } from '../../runs/experiment/experiment.ts';
import { firstProject } from '../../runs/store/run.ts';

export const paperSchema = z.strictObject({
  widthMm: z.number().min(10).max(1000),
  heightMm: z.number().min(10).max(1000),
  dpi: z.number().min(36).max(1200),
  fontFamily: z.string().min(1).max(100),
  fontSize: z.number().min(3).max(72),
  theme: z.enum(['light', 'dark']),
  legend: z.enum(legendPlaces).optional(),
  title: z.string().max(500),
});

/** Where runs that end may be told of: over https, or on this machine. */
const webhookSchema = z
  .string()
  .max(2000)
  .refine(isHook, 'an address that begins with https://, or one of this machine such as http://127.0.0.1:8080');

const thisMachine = new Set(['127.0.0.1', 'localhost', '[::1]']);

function isHook(text: string): boolean {
  if (text === '') return true;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && thisMachine.has(hostname));
}

const viewSchema = z.strictObject({
  name: z.string().trim().pipe(nameSchema),
  where: z.string().max(2000),
  columns: z.array(z.string().max(100)).max(200),
  widths: z.record(z.string().max(100), z.number().min(1).max(10_000)),
  sort: z.strictObject({ column: z.string().max(100), descending: z.boolean() }),
  group: z.string().max(100),
});

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  parallelRuns: z.int().min(1).max(64).default(1),
  threads: z.int().min(1).max(256).nullable().default(null),
  engine: z.enum(engineChoices).default('auto'),
  paper: paperSchema.default(usualPaper),
  notifications: z.boolean().default(true),
  webhook: webhookSchema.default(''),
  project: z.string().trim().pipe(nameSchema).default(firstProject),
  views: z.array(viewSchema).max(200).default([]),
});

/** The user's settings, in a file of the home folder. */
export interface SettingsFile {
  readonly current: Settings;
  change(changes: Partial<Settings>): Settings;
}

/**
 * Opens a settings file, or begins with the defaults where there is none. One that cannot be read is put aside as
 * `<path>.damaged`, and `onDamage` is told so in a sentence.
 */
export function openSettings(path: string, onDamage: (text: string) => void): SettingsFile {
  let current = read(path, onDamage);
  return {
    get current() {
      return current;
    },
    change: (changes) => {
      current = settingsSchema.parse({ ...current, ...changes });
      write(path, current);
      return current;
    },
  };
}

/** What the user of a home folder has set, for those who change nothing of it. Where it cannot be read, nothing is set. */
export function readSettings(home: string): Settings {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')));
  } catch {
    return settingsSchema.parse({});
  }
}

function read(path: string, onDamage: (text: string) => void): Settings {
  if (!existsSync(path)) return settingsSchema.parse({});
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    renameSync(path, `${path}.damaged`);
    onDamage(
      `The settings in ${path} could not be read. They were put aside as ${path}.damaged; all are back to what they were at first.`,
    );
    return settingsSchema.parse({});
  }
}

/** A kill leaves the old file or the new one. */
function write(path: string, settings: Settings): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(settings, null, 2)}\n`, { flush: true });
  renameSync(`${path}.new`, path);
}
