import { renderUnicodeCompact } from 'uqr';
import { isLoopback } from '../offload/transport/loopback.ts';

/** The address to open, as a QR code where a person looks on, and what a browser will say to it. */
export function pageLines(link: string, fingerprint: string | null | undefined): string[] {
  const code = process.stdout.isTTY ? [...renderUnicodeCompact(link).split('\n'), ''] : [];
  return [
    'To open in a browser, on a phone for one:',
    `  ${link}`,
    '',
    ...code,
    ...cautions(new URL(link), fingerprint),
  ];
}

function cautions({ protocol, hostname }: URL, fingerprint: string | null | undefined): string[] {
  if (protocol === 'https:' && fingerprint) {
    return [
      'The browser will warn of a certificate it does not know. Compare its SHA-256 fingerprint with the one above, then go on',
      'to the page (Chrome: Advanced, Proceed; Safari: Show Details, visit this website).',
      '',
    ];
  }
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))) return [];
  return [
    'On other machines browsers give an unencrypted page neither camera nor GPU, and it will not start. Add --tls.',
    '',
  ];
}
