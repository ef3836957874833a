/** A list as JSON text, without what no column can hold and which therefore matches nothing. */
export function storableTexts(texts: readonly string[]): string {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return JSON.stringify(texts.filter((text) => !/\u0000|\p{Surrogate}/u.test(text)));
}
