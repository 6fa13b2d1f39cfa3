import * as tls from 'node:tls';

/** Not there before Node 22.15. */
interface NewerTls {
  readonly getCACertificates?: (type: 'default' | 'system') => string[];
}

let known: string[] | undefined;

/** Those of this machine, read once. */
export function authorities(): string[] | undefined {
  known ??= authoritiesOf(tls as NewerTls);
  return known;
}

/**
 * The certificate authorities that a machine trusts, PEM: those that come with Node, those of NODE_EXTRA_CA_CERTS, and
 * those of the system, where a company's or a laboratory's own are. Undefined, which Node takes for its own, before Node
 * 22.15, which cannot read the system's.
 */
export function authoritiesOf({ getCACertificates }: NewerTls): string[] | undefined {
  return getCACertificates && [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}
