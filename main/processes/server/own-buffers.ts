/**
 * The buffers of the typed arrays in a message, each once: what a thread may hand over to another. A view of a part of a
 * larger buffer is copied, since the rest may be someone else's.
 */
export function ownBuffers(message: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  collect(message, found);
  return [...found];
}

function collect(value: unknown, found: Set<ArrayBuffer>): void {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength) found.add(buffer);
  } else if (Array.isArray(value)) {
    // Lists of numbers are long and hold nothing else.
    if (typeof value[0] !== 'number') for (const item of value) collect(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collect(member, found);
  }
}
