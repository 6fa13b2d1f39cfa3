import { networkInterfaces } from 'node:os';

/** The address to give to others: a server on all addresses is reached under one of them. */
export function reachableUrl(text: string): string {
  const url = new URL(text);
  if (url.hostname !== '0.0.0.0' && url.hostname !== '[::]') return text;
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  return `${url.protocol}//${outer?.address ?? 'localhost'}:${url.port}`;
}
