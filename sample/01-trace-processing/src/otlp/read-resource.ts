import type { JsonValue } from '@event-sourcing/nestjs';
import type { SpanSdk } from './span-sdk.js';
import { readAttributes } from './read-attributes.js';
import type { WireNode } from './wire-node.js';

/** What is longer is cut: usage is counted by these names. */
const MAX_SDK_LENGTH = 100;

/** What sent the spans of one resource. */
export interface SpanSource {
  /** `service.name`; `null` when it has none. */
  readonly service: string | null;
  /** `null` when it says nothing of its SDK. */
  readonly sdk: SpanSdk | null;
}

export function readResource(node: WireNode): SpanSource {
  const attributes = node.missing || !node.expectObject() ? {} : readAttributes(node.get('attributes'));
  const sdk = {
    name: cut(text(attributes['telemetry.sdk.name'])),
    language: cut(text(attributes['telemetry.sdk.language'])),
    version: cut(text(attributes['telemetry.sdk.version'])),
  };
  const isKnown = Object.values(sdk).some((value) => value !== null);
  return { service: text(attributes['service.name']), sdk: isKnown ? sdk : null };
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Without half of a surrogate pair at its end. */
function cut(value: string | null): string | null {
  return value?.slice(0, MAX_SDK_LENGTH).replace(/\p{Surrogate}$/u, '') ?? null;
}
