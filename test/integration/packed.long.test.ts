import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { FuseV1Options } from '@electron/fuses';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startLab } from '../e2e/support/lab.ts';
import { fusesIn, packApp, type PackedApp } from '../support/packed-app.ts';
import { where } from '../support/where.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-packed-'));
const onLinux = where(process.platform === 'linux', 'no Linux');
let app: PackedApp;

beforeAll(async () => {
  if (process.platform === 'linux') app = await packApp(folder);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** A command of the packed terminal lab; nothing of this folder is near it. */
async function sluice(home: string, ...args: string[]): Promise<string> {
  const cli = join(app.files, 'dist/main/cli.js');
  const env = { ...process.env, SLUICE_HOME: home };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { cwd: folder, env });
  return stdout;
}

onLinux.describe('the packed app, under plain Node', { timeout: 120_000 }, () => {
  it('trains over processes and an emulated network, draws, packs and serves what came of it', async () => {
    const home = join(folder, 'home');
    const experiment = join(folder, 'tiny.json');
    const settings = {
      name: 'tiny',
      dataset: { name: 'synthetic', trainSamples: 96, testSamples: 40 },
      model: { name: 'cnn', width: 0.25 },
      split: { layer: 3 },
      phases: [{ budget: 2, epochs: 1 }],
      codec: { up: 'jpeg', down: 'int8+deflate' },
      link: 'ethernet',
      threads: 1,
    };
    writeFileSync(experiment, JSON.stringify(settings));
    await sluice(home, 'run', experiment);
    expect(await sluice(home, 'list')).toMatch(/tiny +finished/);
    for (const kind of ['svg', 'png', 'pdf', 'zip', 'html']) {
      const file = join(folder, `out.${kind}`);
      await sluice(
        home,
        'export',
        '1',
        '--format',
        kind,
        ...(kind.length === 3 && kind !== 'zip' ? ['--chart', 'accuracy-bytes'] : []),
        '-o',
        file,
      );
      expect(statSync(file).size).toBeGreaterThan(1000);
    }
  });

  it('serves the lab and its page', async () => {
    const lab = await startLab({ dist: join(app.files, 'dist') });
    onTestFinished(() => lab.stop());
    const page = await (await fetch(lab.url)).text();
    const assets = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path]) => path);
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) expect((await fetch(new URL(asset, lab.url))).status, asset).toBe(200);
  });

  it('loads the bundle of the main process, and has what it and the page open', async () => {
    const loader = join(folder, 'loader.mjs');
    const names = /import \{([^}]*)\} from "electron"/.exec(
      readFileSync(join(app.files, 'dist/electron/main.js'), 'utf8'),
    )![1];
    writeFileSync(loader, electronDouble(names.split(',').map((name) => name.trim())));
    const script = `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(loader).href)});
      await import(${JSON.stringify(pathToFileURL(join(app.files, 'dist/electron/main.js')).href)}); console.log('loaded'); process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: folder,
    });
    expect(stdout).toContain('loaded');
    for (const file of [
      'dist/preload/preload.cjs',
      'dist/main/lab/window/utility.js',
      'resources/presets/quickstart.json',
    ])
      expect(existsSync(join(app.files, file)), file).toBe(true);
  });

  it('has its fuses as they are asked for', () => {
    const on = fusesIn(app.executable);
    expect(on[FuseV1Options.RunAsNode]).toBe(true);
    expect(on[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(false);
    expect(on[FuseV1Options.EnableNodeCliInspectArguments]).toBe(false);
    expect(on[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(true);
    expect(on[FuseV1Options.OnlyLoadAppFromAsar]).toBe(true);
    expect(on[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(false);
  });

  it('holds nothing for other systems, no sources and no maps, and takes no more room than it needs', () => {
    const files = filesIn(app.files);
    const foreign = files.filter(
      (file) => /\.(node|so|dll|dylib|exe)(\.\d+)*$/.test(file) && /darwin|win32|musl|android|freebsd|arm64/.test(file),
    );
    expect(foreign).toEqual([]);
    expect(files.filter((file) => /\.map$|\.tsbuildinfo$|\.test\.|^dist\/main\/.*\.ts$/.test(file))).toEqual([]);
    const megabytes = files.reduce((sum, file) => sum + statSync(join(app.files, file)).size, 0) / 2 ** 20;
    // 133 in December 2026, a quarter of it what draws charts as pictures.
    expect(megabytes).toBeLessThan(140);
  });
});

/** A module in the place of Electron's, of which everything can be called; it is never ready. */
function electronDouble(names: readonly string[]): string {
  const source = `
    const own = {
      getPath: () => process.cwd(),
      getAppPath: () => process.cwd(),
      whenReady: () => new Promise(() => {}),
      [Symbol.toPrimitive]: () => '',
    };
    const any = new Proxy(function () {}, {
      get: (_, name) => (name === 'then' ? undefined : name in own ? own[name] : any),
      apply: () => any,
      construct: () => any,
    });
    ${names.map((name) => `export const ${name} = any;`).join('\n')}`;
  return `const url = 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(source)});
    export const resolve = (specifier, context, next) =>
      specifier === 'electron' ? { url, shortCircuit: true } : next(specifier, context);`;
}
