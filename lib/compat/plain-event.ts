/** An event without a class of its own, as the stores underneath carry it. */
export class PlainEvent {
  constructor(
    readonly eventType: string,
    readonly payload: Record<string, unknown>,
  ) {}
}
