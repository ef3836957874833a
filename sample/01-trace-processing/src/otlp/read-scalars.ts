import type { WireNode } from './wire-node.js';

const MAX_UINT64 = (1n << 64n) - 1n;
const MIN_INT64 = -(1n << 63n);
const MAX_INT64 = (1n << 63n) - 1n;

/** Text, empty when missing. Lone surrogates, which stores cannot keep unchanged, become U+FFFD. */
export function readText(node: WireNode): string {
  if (node.missing) return '';
  if (typeof node.value !== 'string') return node.problem('must be a string') ?? '';
  return node.value.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** An id as lower-case hexadecimal digits: bytes in protobuf, hexadecimal text in OTLP/JSON. */
export function readId(node: WireNode, bytes: number): string | null {
  if (node.missing || node.value === '') return node.problem('is missing');
  const id = node.value instanceof Uint8Array ? Buffer.from(node.value).toString('hex') : node.value;
  if (typeof id !== 'string' || id.length !== bytes * 2 || !/^[0-9a-f]*$/i.test(id)) {
    return node.problem(`must be ${bytes} bytes (${bytes * 2} hexadecimal digits in JSON)`);
  }
  if (/^0*$/.test(id)) return node.problem('must not be all zeros');
  return id.toLowerCase();
}

/** Like `readId`, but `null` where protobuf says "absent": no value or one without bytes. */
export function readOptionalId(node: WireNode, bytes: number): string | null {
  const absent = node.missing || node.value === '' || (node.value instanceof Uint8Array && node.value.length === 0);
  return absent ? null : readId(node, bytes);
}

/** A required time in nanoseconds since the epoch. */
export function readUnixNano(node: WireNode): bigint | null {
  if (node.missing) return node.problem('is missing');
  const value = toBigInt(node.value);
  if (value === null || value < 0n || value > MAX_UINT64) {
    return node.problem('must be an unsigned 64-bit integer, as a decimal string or a number');
  }
  return value === 0n ? node.problem('is missing') : value;
}

/** A signed 64-bit integer: a number where that is exact, else its decimal text. */
export function readInt64(node: WireNode): number | string | null {
  const value = toBigInt(node.value);
  if (value === null || value < MIN_INT64 || value > MAX_INT64) return node.problem('must be a signed 64-bit integer');
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A double: a number where JSON has it, else `NaN`, `Infinity` or `-Infinity` as text. */
export function readDouble(node: WireNode): number | string | null {
  const { value } = node;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || (Number.isNaN(number) && typeof value === 'string' && value !== 'NaN')) {
    return node.problem('must be a number');
  }
  return Number.isFinite(number) ? number : String(number);
}

/** The name of an enum's number. Numbers that this version does not know mean the default, as protobuf wants it. */
export function readEnum<T extends string>(node: WireNode, names: readonly [T, ...T[]]): T {
  if (node.missing) return names[0];
  if (typeof node.value !== 'number' || !Number.isInteger(node.value))
    return node.problem('must be an integer') ?? names[0];
  return names[node.value] ?? names[0];
}

function toBigInt(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null;
  // 20 characters hold every 64-bit integer with its sign; longer text is not worth parsing.
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}
