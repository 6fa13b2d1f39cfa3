import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import type { ServedFile, WindowFiles } from '../../processes/page/files.ts';
import { safeHeaders } from './safe-headers.ts';

const always: Readonly<Record<string, string>> = { ...safeHeaders, 'cache-control': 'no-store' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

interface Served {
  readonly access: Access;
  readonly files: WindowFiles;
  /** A new address that lets a browser in. */
  readonly link: () => string;
  /** Shuts out the browser of this id, or all. */
  readonly revoke: (id?: string) => void;
}

/**
 * Answers a request: the files of the window, which are no secret, to everybody; what the owner of the home folder asks
 * for. Nothing of the lab itself goes this way, and no cookie: browsers would show it to every port of this machine.
 */
export async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const { status, headers, body } = await answerTo(request, served);
  response.writeHead(status, { ...always, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo({ method, headers, url = '/' }: IncomingMessage, served: Served): Promise<Answer> {
  const { access, files, link, revoke } = served;
  if (!access.knowsHost(headers)) return text(403, 'The lab is not known by this name.');
  if (!url.startsWith('/')) return text(400, 'Expected the path of a file.');
  const { pathname, searchParams } = new URL(`http://lab${url}`);
  if (method === 'POST' && access.isOwner(headers)) {
    if (pathname === '/link') return text(200, link());
    if (pathname === '/revoke') {
      const browser = searchParams.get('browser') ?? undefined;
      revoke(browser);
      return text(200, browser === undefined ? 'All browsers are shut out.' : 'The browser is shut out.');
    }
  }
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'The lab only gives files this way.');
  const file = await files.read(pathname);
  if (file) return content(file);
  if (pathname !== '/') return text(404, 'There is no such file.');
  return text(503, 'The window is not built. Run "npm run build" in the folder of Sluice, then reload this page.');
}

function content({ content: body, type, hashed }: ServedFile): Answer {
  const kept = hashed ? 'private, max-age=31536000, immutable' : 'no-store';
  return { status: 200, headers: { 'content-type': type, 'cache-control': kept }, body };
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${body}\n` };
}
