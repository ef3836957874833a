/** By what an entry of an inbox is known: a wake-up, and an outcome, come in once. Links have keys of their own. */
export function wakeUpKey(wakeUp: string, since: number): string {
  return `wake-up:${since}:${wakeUp}`;
}

export function outcomeKey(decision: number, index: number): string {
  return `outcome:${decision}:${index}`;
}
