/**
 * Lays out a UUID of version 7 (RFC 9562, section 5.7) as text.
 *
 * @param timeMs milliseconds since the epoch, 48 bits
 * @param entropy at least ten bytes, random or derived
 */
export function uuidV7(timeMs: number, entropy: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes.set(entropy.subarray(0, 10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
