import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, SluiceError } from '../../errors.ts';
import { sameToken } from '../../offload/transport/token.ts';
import { windowFiles, windowFolder } from './files.ts';

/** Gives the content of a path below the page to who has shown the token; null where there is none. */
export type Content = (path: string) => Promise<Uint8Array | null>;

export interface DevicePageOptions {
  /** What this page's requests for content show. */
  readonly token: string;
  readonly content?: Content;
  /** Where the window is built to; its usual place unless given. */
  readonly folder?: string;
  readonly onError?: (error: unknown) => void;
}

/**
 * Scripts, styles and WebAssembly of the page itself: nothing remote, nothing inline, nothing evaluated. It computes on
 * memory that a page has for itself alone (cross-origin isolation), and may ask for the camera.
 */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | string;
  readonly cache?: string;
}

/** Answers a path that is one of the page or of what it needs; false leaves it, unanswered, to others. */
export type PageAnswers = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** The page of a device. Its files are no secret; its content is, and asks for `Authorization: Bearer <token>`. */
export function devicePage(options: DevicePageOptions): PageAnswers {
  const { token, content, folder = windowFolder(), onError } = options;
  const files = windowFiles(folder);

  async function fileAt(path: string): Promise<Answer> {
    const isPage = path === '/';
    const file = await files.read(isPage ? '/device.html' : path);
    if (file) {
      const cache = file.hashed ? 'private, max-age=31536000, immutable' : 'no-store';
      return { status: 200, type: file.type, body: file.content, cache };
    }
    const why = isPage
      ? 'The page is not built. Run "npm run build" in the folder of Sluice.'
      : 'There is no such file.';
    return text(isPage ? 503 : 404, why);
  }

  async function contentAt(path: string, { authorization = '' }: IncomingMessage['headers']): Promise<Answer> {
    if (!sameToken(authorization, `Bearer ${token}`)) {
      return text(401, 'The token is missing or wrong. Open the link again that the server printed when it started.');
    }
    try {
      const body = await content?.(path);
      return body
        ? { status: 200, type: 'application/octet-stream', body }
        : text(404, 'The server has no such part of a set.');
    } catch (error) {
      if (error instanceof SluiceError) return text(409, messageOf(error));
      throw error;
    }
  }

  async function answerTo(path: string, { method, headers: asked }: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'This is only to be read.');
    return path.startsWith('/set/') ? contentAt(path, asked) : fileAt(path);
  }

  return (path, request, response) => {
    if (!isOurs(path, content !== undefined)) return false;
    answerTo(path, request)
      .catch((error: unknown) => {
        onError?.(error);
        return text(500, 'The server failed. Its log tells more.');
      })
      .then((answer) => send(response, request.method, answer))
      .catch(() => response.destroy());
    return true;
  };
}

/** What the page consists of, and what it asks for. */
function isOurs(path: string, withContent: boolean): boolean {
  return path === '/' || path.startsWith('/assets/') || (withContent && path.startsWith('/set/'));
}

function text(status: number, words: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${words}\n` };
}

function send(response: ServerResponse, method: string | undefined, { status, type, body, cache }: Answer): void {
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...(cache === undefined ? {} : { 'cache-control': cache }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}
