import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSettings } from '../../../main/lab/settings/settings.ts';
import { temporaryFolder } from '../../support/run-store.ts';

const quiet = (text: string): never => {
  throw new Error(text);
};

describe('settings', () => {
  it('begin with defaults and keep what was changed', () => {
    const path = join(temporaryFolder(), 'settings.json');
    const settings = openSettings(path, quiet);
    expect(settings.current).toMatchObject({ theme: 'system', parallelRuns: 1, threads: null });
    expect(existsSync(path)).toBe(false);
    settings.change({ theme: 'dark' });
    settings.change({ threads: 2 });
    expect(openSettings(path, quiet).current).toMatchObject({ theme: 'dark', threads: 2, engine: 'auto' });
  });

  it('that cannot be read are put aside, and said to be', () => {
    const path = join(temporaryFolder(), 'settings.json');
    writeFileSync(path, '{"theme": "pink"}');
    const told: string[] = [];
    expect(openSettings(path, (text) => told.push(text)).current.theme).toBe('system');
    expect(told).toEqual([expect.stringContaining(`${path}.damaged`)]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toContain('pink');
  });
});
