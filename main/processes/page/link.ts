import { reachableUrl } from '../server/reachable.ts';

/**
 * The address of the page of a device at a server. Its secret stands after the `#`, which browsers keep to themselves:
 * `token` of a server for inference, `join` of a run.
 */
export function pageLinkOf(url: string, purpose: 'token' | 'join', secret: string): string {
  return `${reachableUrl(url).replace(/^ws/, 'http')}/#${purpose}=${secret}`;
}
