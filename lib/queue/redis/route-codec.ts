import type { EventRoute } from '../event-route.js';

/** Rises with each change of what follows. */
const FORMAT = 1;
const KINDS: readonly unknown[] = ['fold', 'map', 'route', 'subscription'] satisfies EventRoute['kind'][];

type Encoded = readonly [
  format: number,
  kind: EventRoute['kind'],
  component: string,
  aggregateTypes: readonly string[],
  types: readonly string[],
  lanes: number | null,
];

/** A route as it stands on the server: the same text for the same route, whatever the order of its lists. */
export function encodeRoute({ kind, component, aggregateTypes, types, lanes }: EventRoute): string {
  const encoded: Encoded = [FORMAT, kind, component, aggregateTypes.toSorted(), types.toSorted(), lanes ?? null];
  return JSON.stringify(encoded);
}

/** `undefined` when another release wrote it that knows more. */
export function decodeRoute(text: string): EventRoute | undefined {
  const [format, kind, component, aggregateTypes, types, lanes] = JSON.parse(text) as Encoded;
  if (format !== FORMAT || !KINDS.includes(kind)) return undefined;
  return { kind, component, aggregateTypes, types, ...(lanes !== null && { lanes }) };
}
