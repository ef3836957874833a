/** Names that begin with it are our own: of tenants, streams, events, components. */
export const RESERVED_PREFIX = '$';

export function isReserved(name: string): boolean {
  return name.startsWith(RESERVED_PREFIX);
}
