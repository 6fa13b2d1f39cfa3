import type { EnvHttpProxyAgent, RequestInit, Response } from 'undici';
import { authorities } from '../authorities.ts';

let agent: EnvHttpProxyAgent | null = null;

/**
 * Fetches through the proxy that HTTPS_PROXY or HTTP_PROXY name, unless NO_PROXY names the host, and trusts what this
 * machine trusts.
 */
export async function fetchAsSystem(url: string, init: RequestInit): Promise<Response> {
  // Loaded when something is downloaded, which few processes do.
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const trust = { ca: authorities() };
  agent ??= new EnvHttpProxyAgent({ connect: trust, requestTls: trust, proxyTls: trust });
  return fetch(url, { ...init, dispatcher: agent });
}
