const PLAIN = /^[\w.~@-]+$/;

/** Whether a text has only letters, digits and marks of ASCII that every system carries as they are, as most ids do. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}
