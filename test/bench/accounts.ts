export const EVENTS_PER_ACCOUNT = 10;

export function accountId(n: number): string {
  return `account-${n}`;
}

/** About 200 bytes of JSON. */
export function movement(account: string, n: number): { readonly accountId: string } & Record<string, unknown> {
  return { accountId: account, movement: n, currency: 'EUR', amount: (n * 37) % 1_000, note: 'x'.repeat(100) };
}
