import { sameToken } from '../../../offload/transport/token.ts';
import { newToken } from '../../../offload/transport/new-token.ts';
import { dial, type ServerAddress } from '../../../offload/client/dial.ts';
import { encodeControl } from '../../../offload/protocol/control.ts';
import type { Connection } from '../../../offload/transport/connection.ts';

/**
 * The way of browsers to the offload server of a run: they come to where the run waits for them, the one address whose
 * certificate they know, and what they say goes on from there.
 */
export interface ServerRelay {
  /** A secret that leads to this server. */
  secretFor(server: ServerAddress): string;
  /** The server that a secret leads to. */
  find(secret: string): ServerAddress | undefined;
}

export function serverRelay(): ServerRelay {
  const servers = new Map<string, ServerAddress>();
  return {
    secretFor(server) {
      const secret = newToken();
      servers.set(secret, server);
      return secret;
    },
    find: (secret) => [...servers].find(([known]) => sameToken(secret, known))?.[1],
  };
}

/** Passes on what two sides say, each message whole and as it is, until either has gone. Throws what dialling throws. */
export async function relay(browser: Connection, server: ServerAddress): Promise<void> {
  const { connection, welcome } = await dial(server, 'sluice');
  browser.send(encodeControl('welcome', welcome));
  void pass(browser, connection);
  await pass(connection, browser);
}

async function pass(from: Connection, to: Connection): Promise<void> {
  try {
    for (;;) {
      to.send(await from.receive());
      await to.flushed();
    }
  } catch {
    const { code, reason } = await from.closed;
    to.close(isSayable(code) ? code : 1001, reason.slice(0, 100));
  }
}

/** Some codes are only what a side is told of a connection that was cut. */
function isSayable(code: number): boolean {
  return code === 1000 || code === 1001 || code === 1003 || code === 1009 || code >= 3000;
}
