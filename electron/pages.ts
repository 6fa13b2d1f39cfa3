import { readFile } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve } from 'node:path';
import { safeHeaders } from '../main/lab/web/safe-headers.ts';
import { isOf, ownOrigin } from './origin.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Answers a request for `sluice://lab/…` with a file of the built window, and for anything else with 404. */
export async function servePage(root: string, request: { method: string; url: string }): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405);
  const file = fileOf(root, request.url);
  const type = file === undefined ? undefined : types[extname(file)];
  if (file === undefined || type === undefined) return answer(404);
  try {
    const bytes = await readFile(file);
    return answer(200, type, request.method === 'GET' ? new Uint8Array(bytes) : null);
  } catch {
    return answer(404);
  }
}

function answer(status: number, type = 'text/plain; charset=utf-8', body: BodyInit | null = null): Response {
  return new Response(body, { status, headers: { ...safeHeaders, 'cache-control': 'no-cache', 'content-type': type } });
}

/** The file an address means, if it lies in this folder. */
function fileOf(root: string, address: string): string | undefined {
  if (!isOf(ownOrigin, address)) return undefined;
  const path = decoded(new URL(address).pathname);
  if (path === undefined || path.includes('\0') || path.includes('\\')) return undefined;
  const file = resolve(root, path === '/' ? 'index.html' : `.${path}`);
  const inside = relative(root, file);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? undefined : file;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
