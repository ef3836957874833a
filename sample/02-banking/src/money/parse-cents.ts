const AMOUNT = /^(-?)(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,2}))?$/;

/** Cents of a text such as `12`, `12.5` or `1,234.50`, without a detour over fractions; `null` for any other. */
export function parseCents(text: string): number | null {
  const [, sign, whole, fraction = ''] = AMOUNT.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  const cents = Number(whole.replaceAll(',', '') + fraction.padEnd(2, '0'));
  return sign === '-' && cents > 0 ? -cents : cents;
}
