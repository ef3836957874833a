/** The texts of a subquery's rows, or NULL in every row when together they have more bytes than the bound. */
export function boundedText(column: string, maxBytes: number): string {
  return `CASE WHEN sum(octet_length(${column})) OVER () <= ${maxBytes} THEN ${column} END`;
}
