/** Databases have no lone surrogates, so they compare as U+FFFD everywhere. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
