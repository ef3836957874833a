/** Version 00 of W3C trace context, and later ones as far as they agree with it: version, trace, parent and flags. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]{0,200})?$/;

/** The header `traceparent` of a request, or nothing where it is none. */
export function traceparentOf(header: unknown): string | undefined {
  if (typeof header !== 'string' || !TRACEPARENT.test(header)) return undefined;
  // Version 00 ends with its flags.
  return header.startsWith('00-') && header.length !== '00-'.length + 32 + 1 + 16 + 1 + 2 ? undefined : header;
}
