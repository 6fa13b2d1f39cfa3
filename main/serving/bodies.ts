import type { IncomingMessage, ServerResponse } from 'node:http';
import { SluiceError } from '../errors.ts';

/** What bodies of requests may take. */
export interface Bodies {
  /** Of one body, in bytes. */
  readonly most: number;
  /** Takes memory for more bytes of a body. Throws `limit-bodies`. */
  reserve(bytes: number): void;
  release(bytes: number): void;
}

/** `most` of one body, `together` of all that arrive at the same time. */
export function bodiesOf(most: number, together: number): Bodies {
  let taken = 0;
  return {
    most,
    reserve(bytes) {
      if (taken + bytes > together) {
        throw new SluiceError(
          'limit-bodies',
          `Bodies of ${taken} bytes arrive already, and the server takes ${together} at a time. Try again later.`,
        );
      }
      taken += bytes;
    },
    release(bytes) {
      taken -= bytes;
    },
  };
}

/** The body of a request. Throws `body-too-large`, `limit-bodies`, and `client-gone` where it does not come to an end. */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  bodies: Bodies,
): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodies.most) throw tooLarge(bodies.most);
  let reserved = announced;
  bodies.reserve(reserved);
  try {
    if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
    const parts: Buffer[] = [];
    let length = 0;
    // A body that is refused midway is no reason to cut the connection before it is told.
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > bodies.most) throw tooLarge(bodies.most);
      if (length > reserved) {
        bodies.reserve(length - reserved);
        reserved = length;
      }
      parts.push(part);
    }
    return Buffer.concat(parts, length);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('client-gone', 'The client went before its request was complete.', { cause: error });
  } finally {
    bodies.release(reserved);
  }
}

function tooLarge(most: number): SluiceError {
  return new SluiceError(
    'body-too-large',
    `The body has more than ${most} bytes, the most the server takes. Send fewer samples, or start it with a higher --max-frame.`,
  );
}
