/** SHA-256 in lower-case hexadecimal digits, in Node and on secure pages of browsers alike. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const content = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
