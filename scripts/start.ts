/** `npm start`: the desktop window where there can be one, else the lab in the browser, saying why. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { installedElectron, installElectron, obstacle } from './desktop.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const reason = await openDesktop();
if (reason !== undefined) {
  console.log(`Opening the lab in the browser: ${reason}.`);
  await run(process.execPath, ['dist/main/cli.js', 'lab', ...process.argv.slice(2)]);
}

/** Opens the window and waits until it is closed; the reason if it cannot be opened. */
async function openDesktop(): Promise<string | undefined> {
  const known = obstacle({ platform: process.platform, env: process.env, user: process.getuid?.() });
  if (known !== undefined) return known;
  const electron = installedElectron() ?? (await fetched());
  if (electron instanceof Error) return `the desktop app could not be fetched (${electron.message})`;
  console.log('Opening the desktop window.');
  const started = Date.now();
  const code = await run(electron, ['.']);
  // A window that was used and then crashed is not to be followed by another one.
  return code !== 0 && Date.now() - started < 10_000 ? `Electron ended with ${String(code)}` : undefined;
}

async function fetched(): Promise<string | Error> {
  console.log('Fetching the desktop app (Electron, about 110 MB, once).');
  const bar = new SingleBar({ format: '{bar} {percentage} %', hideCursor: true, clearOnComplete: true });
  bar.start(100, 0);
  try {
    return await installElectron((share) => bar.update(Math.floor(share * 100)));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    bar.stop();
  }
}

async function run(command: string, args: string[]): Promise<number | string> {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches the child as well, which decides what it means.
  const wait = (): void => undefined;
  process.on('SIGINT', wait);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  process.off('SIGINT', wait);
  process.exitCode = code ?? 1;
  return code ?? signal ?? 1;
}
