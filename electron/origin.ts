/** Where the window's pages come from: `sluice://lab`, or the development server. */
export interface Origin {
  readonly protocol: string;
  readonly host: string;
}

/** The scheme of the window's pages. */
export const scheme = 'sluice';
export const ownOrigin: Origin = { protocol: `${scheme}:`, host: 'lab' };

/** Whether an address is of this origin. Compared by its parts: Node gives schemes of one's own the origin "null". */
export function isOf(origin: Origin, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return protocol === origin.protocol && host === origin.host;
}

/** A message from a page, as far as its sender is concerned. */
export interface Sent {
  readonly sender: { readonly id: number };
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

/** Whether a message comes from the main frame of this window, showing a page of this origin. */
export function isTrusted({ sender, senderFrame }: Sent, windowId: number | undefined, origin: Origin): boolean {
  return (
    windowId !== undefined &&
    sender.id === windowId &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    isOf(origin, senderFrame.url)
  );
}
