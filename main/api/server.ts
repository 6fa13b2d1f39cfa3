/** Offload servers: that of this machine, and those elsewhere. */

/** Where an offload server is, and what its certificate is trusted by: the system's authorities unless given. */
export interface ServerPlace {
  /** `wss://host:port`, or `ws://` without encryption. */
  readonly url: string;
  /** Certificates of authorities, PEM. */
  readonly ca?: string;
  /** SHA-256 of the certificate itself, in hexadecimal digits. */
  readonly fingerprint?: string;
}

export interface ServerAccess extends ServerPlace {
  readonly token: string;
  /** Send token and data though nothing is encrypted, also to another machine. */
  readonly insecure?: boolean;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** With a certificate of its own making, whose fingerprint clients pin. */
  readonly tls: boolean;
}

export type ServerState =
  | { readonly status: 'stopped'; readonly error: string | null }
  | { readonly status: 'starting' }
  | {
      readonly status: 'running';
      readonly url: string;
      readonly token: string;
      readonly fingerprint: string | null;
      readonly startedAt: number;
      readonly clients: readonly ConnectedSource[];
      readonly bytesUp: number;
      readonly bytesDown: number;
      /** Now, both directions, bytes a second. */
      readonly rate: number;
      readonly errors: readonly { readonly at: number; readonly from: string; readonly text: string }[];
    };

/** A data source that trains with the offload server. */
export interface ConnectedSource {
  readonly id: string;
  readonly address: string;
  readonly model: string;
  readonly since: number;
  readonly steps: number;
  readonly samplesPerSecond: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}
