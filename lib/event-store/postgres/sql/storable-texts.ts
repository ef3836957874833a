/** A list as JSON text, without what no column can hold and which therefore matches nothing. */
export function storableTexts(texts: readonly string[]): string {
  return JSON.stringify(texts.filter(isStorable));
}

/** Whether a column can hold a text. */
export function isStorable(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return !/\u0000|\p{Surrogate}/u.test(text);
}
