import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SluiceError } from '../errors.ts';
import { nodeApiHeaders, tarballOf } from './pinned.ts';
import type { Work } from './plan.ts';
import { unpackPackage } from './unpack.ts';

/** A TensorFlow to build an addon on. */
export interface Against {
  /** TensorFlow's headers. */
  readonly include: string;
  readonly libraries: readonly string[];
  /** Where the libraries are looked for when the addon is loaded; `$ORIGIN` is the addon's own folder. */
  readonly rpath: string;
}

/** Where the addon lies in tfjs-node. */
export function addonFolder(backend: string): string {
  return join(backend, 'lib', `napi-v${napiVersion}`);
}

/** Node-API 8, which Node has since 12.22: the addon that was built once loads in every Node and Electron since. */
const napiVersion = 8;

/** A header of TensorFlow up to 2.15, and what declares the same functions in all. */
const oldHeader = 'tensorflow/core/platform/ctstring_internal.h';
const header = 'tensorflow/c/tf_tstring.h';

/** The C++ compiler of this machine: CXX, or the usual one. Throws `compiler-missing`, which says what to install. */
export async function findCompiler(): Promise<string> {
  const chosen = process.env['CXX'];
  const usual = { win32: ['cl'], darwin: ['clang++'] }[process.platform as string] ?? ['g++', 'clang++', 'c++'];
  for (const command of chosen ? [chosen] : usual) {
    if ((await run(command, process.platform === 'win32' ? [] : ['--version'])).started) return command;
  }
  const install =
    {
      win32:
        'Install the Build Tools of Visual Studio with C++, and run this in its "x64 Native Tools Command Prompt".',
    }[process.platform as string] ??
    (process.platform === 'darwin'
      ? 'Run: xcode-select --install'
      : 'Install g++ (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; Arch: pacman -S gcc; Alpine: apk add g++).');
  throw new SluiceError(
    'compiler-missing',
    `The addon between Node and TensorFlow has to be built, and there is no C++ compiler (${chosen ?? usual.join(', ')}). ${install}`,
  );
}

/** Compiles the addon in one call of the compiler. Throws `addon-not-built` with the compiler's first error. */
export async function buildAddon(compiler: string, work: Work, against: Against): Promise<void> {
  const sources = join(work.workshop, 'binding');
  const headers = join(work.workshop, 'node-api');
  work.tell('build', 'tfjs_binding.node');
  await rename(join(work.backend, 'binding'), sources);
  await unpackPackage(work.file(tarballOf(nodeApiHeaders, '').name), nodeApiHeaders, headers);
  if (!existsSync(join(against.include, oldHeader))) await replaceHeader(join(sources, 'tfjs_backend.cc'));
  await mkdir(addonFolder(work.backend), { recursive: true });
  const parts: Parts = {
    sources: ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name)),
    headers,
    against,
    target: join(addonFolder(work.backend), 'tfjs_binding.node'),
  };
  const { failed, said } = await (process.platform === 'win32' ? buildWithMsvc : buildWithUnix)(compiler, parts);
  if (!failed) return;
  const first = said.split('\n').find((line) => /error/i.test(line)) ?? said.trim().split('\n').at(-1);
  throw new SluiceError(
    'addon-not-built',
    `${compiler} does not build the addon: ${first?.trim() || 'it ended without a word'}. It takes a compiler with C++17 (g++ 9, clang 10 or newer); CXX names another.`,
  );
}

async function replaceHeader(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(oldHeader, header));
}

interface Parts {
  readonly sources: readonly string[];
  /** The package node-api-headers. */
  readonly headers: string;
  readonly against: Against;
  readonly target: string;
}

function buildWithUnix(compiler: string, { sources, headers, against, target }: Parts): Promise<Outcome> {
  return run(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', `-DNAPI_VERSION=${napiVersion}`],
    ...(process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
    ...[`-I${join(headers, 'include')}`, `-I${against.include}`],
    ...[...sources, '-o', target, ...against.libraries, `-Wl,-rpath,${against.rpath}`],
  ]);
}

/** Windows links against a description of what the host of the addon exports, which need not be called node.exe. */
async function buildWithMsvc(compiler: string, { sources, headers, against, target }: Parts): Promise<Outcome> {
  const cwd = dirname(headers);
  const lists = await Promise.all(
    ['js_native_api.def', 'node_api.def'].map((name) => readFile(join(headers, 'def', name), 'utf8')),
  );
  const names = lists.flatMap((list) => list.split(/\r?\n/).filter((line) => /^(napi|node_api)_/.test(line)));
  await writeFile(join(cwd, 'node.def'), ['NAME NODE.EXE', 'EXPORTS', ...names, ''].join('\n'));
  await writeFile(join(cwd, 'host.cc'), hostHook);
  const made = await run('lib', ['/nologo', '/def:node.def', '/out:node.lib', '/machine:x64'], cwd);
  if (made.failed) return made;
  return run(
    compiler,
    [
      ...['/nologo', '/std:c++17', '/O2', '/EHsc', '/MD', '/LD', '/DCOMPILER_MSVC', `/DNAPI_VERSION=${napiVersion}`],
      ...[`/I${join(headers, 'include')}`, `/I${against.include}`, ...sources, 'host.cc'],
      ...['/link', `/OUT:${target}`, ...against.libraries, 'node.lib', 'delayimp.lib', '/DELAYLOAD:NODE.EXE'],
    ],
    cwd,
  );
}

/** Takes functions of Node from the program that runs, whatever its name. */
const hostHook = `
#include <windows.h>
#include <delayimp.h>
#include <string.h>
static FARPROC WINAPI host(unsigned int event, DelayLoadInfo* info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "NODE.EXE") != 0) return NULL;
  return (FARPROC)GetModuleHandle(NULL);
}
ExternC const PfnDliHook __pfnDliNotifyHook2 = host;
`;

interface Outcome {
  readonly started: boolean;
  readonly failed: boolean;
  readonly said: string;
}

function run(command: string, args: readonly string[], cwd?: string): Promise<Outcome> {
  return new Promise((resolve) =>
    execFile(command, args, { cwd, maxBuffer: 2 ** 26, windowsHide: true }, (error, out, err) => {
      const started = !(error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES'));
      resolve({ started, failed: error !== null, said: `${err}\n${out}` });
    }),
  );
}
