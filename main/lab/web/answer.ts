import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import type { ServedFile, WindowFiles } from './files.ts';
import { refusalPage, type Refusal } from './pages.ts';
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
}

/** Answers a request: the files of the window, to browsers that were let in; a new link, to the owner of the home folder. */
export async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const { status, headers, body } = await answerTo(request, served);
  response.writeHead(status, { ...always, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo({ method, headers, url = '/' }: IncomingMessage, served: Served): Promise<Answer> {
  const { access, files, link } = served;
  if (!access.knowsHost(headers)) return text(403, 'The lab is not known by this name.');
  if (!url.startsWith('/')) return text(400, 'Expected the path of a file.');
  const { pathname, searchParams } = new URL(`http://lab${url}`);
  if (method === 'POST' && pathname === '/link' && access.isOwner(headers)) return text(200, link());
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'The lab only gives files this way.');
  const token = pathname === '/' ? searchParams.get('token') : null;
  const letIn = access.isLetIn(headers);
  if (token !== null) return letIn ? toWindow({}) : redeem(access, token);
  if (!letIn) return refuse(401, 'not-let-in');
  const file = await files.read(pathname);
  if (file) return content(file);
  return pathname === '/' ? refuse(503, 'not-built') : text(404, 'There is no such file.');
}

function redeem(access: Access, token: string): Answer {
  const cookie = access.redeem(token);
  return cookie === null ? refuse(401, 'not-let-in') : toWindow({ 'set-cookie': cookie });
}

/** Without the token in the address. */
function toWindow(headers: Answer['headers']): Answer {
  return { status: 303, headers: { location: '/', ...headers }, body: '' };
}

function content({ content: body, type, hashed }: ServedFile): Answer {
  const kept = hashed ? 'private, max-age=31536000, immutable' : 'no-store';
  return { status: 200, headers: { 'content-type': type, 'cache-control': kept }, body };
}

function refuse(status: number, refusal: Refusal): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: refusalPage(refusal) };
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${body}\n` };
}
