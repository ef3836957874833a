/** Ids that clients choose: they stand in paths of URLs. */
export const PUBLIC_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const PUBLIC_ID_RULE =
  'must be 1 to 128 letters, digits, dots, underscores and hyphens, none of the last three first';
