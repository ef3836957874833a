import type { JsonValue } from '@event-sourcing/nestjs';
import type { SpanAttributes } from './otlp-span.js';
import { readDouble, readInt64, readText } from './read-scalars.js';
import type { WireNode } from './wire-node.js';

/** How deep lists and maps may stand in each other. */
const MAX_DEPTH = 32;

/** A list of `KeyValue` as one object; of repeated keys the last wins. */
export function readAttributes(node: WireNode, depth = 0): SpanAttributes {
  const entries: [string, JsonValue][] = [];
  for (const entry of node.objects()) {
    const key = readText(entry.get('key'));
    if (key === '') entry.get('key').problem('is missing');
    else entries.push([key, readAnyValue(entry.get('value'), depth)]);
  }
  return Object.fromEntries(entries);
}

/** An `AnyValue` as the JSON value that it stands for; `null` when it is empty. */
function readAnyValue(node: WireNode, depth: number): JsonValue {
  if (node.missing || !node.expectObject()) return null;
  if (depth > MAX_DEPTH) return node.problem(`is nested deeper than ${MAX_DEPTH} levels`);
  const has = (key: string): boolean => !node.get(key).missing;
  if (has('stringValue')) return readText(node.get('stringValue'));
  if (has('boolValue')) return readBool(node.get('boolValue'));
  if (has('intValue')) return readInt64(node.get('intValue'));
  if (has('doubleValue')) return readDouble(node.get('doubleValue'));
  if (has('bytesValue')) return readBytes(node.get('bytesValue'));
  if (has('kvlistValue')) return readKeyValueList(node.get('kvlistValue'), depth + 1);
  if (has('arrayValue')) return readArray(node.get('arrayValue'), depth + 1);
  return null;
}

function readKeyValueList(node: WireNode, depth: number): JsonValue {
  return node.expectObject() ? readAttributes(node.get('values'), depth) : null;
}

function readArray(node: WireNode, depth: number): JsonValue {
  return node.expectObject() ? Array.from(node.get('values').objects(), (item) => readAnyValue(item, depth)) : null;
}

function readBool(node: WireNode): boolean | null {
  return typeof node.value === 'boolean' ? node.value : node.problem('must be true or false');
}

/** Bytes as base64 text, which is what JSON has for them. */
function readBytes(node: WireNode): string | null {
  if (node.value instanceof Uint8Array) return Buffer.from(node.value).toString('base64');
  return typeof node.value === 'string' && /^[\w+/-]*={0,2}$/.test(node.value)
    ? node.value
    : node.problem('must be base64 text');
}
