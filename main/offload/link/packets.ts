/** Payload of a TCP packet on an Ethernet-sized network, in bytes. */
export const packetBytes = 1460;

/** What a flow books of a channel at once takes so long at most: small enough to share the channel fairly. */
const quantumMs = 2;
const maxQuantumBytes = 65_536;

/** Bytes that a flow books at once at a rate; a packet at least. */
export function quantumBytes(bytesPerMs: number): number {
  return Math.min(maxQuantumBytes, Math.max(packetBytes, Math.round(quantumMs * bytesPerMs)));
}

/** The most that may be booked and not yet have arrived, in quanta, where bytes arrive so much later than they leave. */
export function quantaUnderway(delayMs: number): number {
  return 64 + Math.ceil(delayMs / quantumMs);
}
