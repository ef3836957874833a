import { Logger } from '@nestjs/common';

/** Most that are remembered one by one; beyond it the oldest go. */
const MAX_RECENT = 1_000;
const MS_BETWEEN_LINES = 60_000;

/** Something that a disabled pipeline did not do. @publicApi */
export interface DroppedItem {
  readonly kind: 'command' | 'event';
  /** Of the command or event. */
  readonly type: string;
  /** As it was given. */
  readonly tenantId?: string;
  /** `undefined` where the payload does not say it. */
  readonly aggregateId?: string;
  readonly at: Date;
}

/** What a disabled pipeline has dropped: kept in the memory of this process, and logged once a minute. @publicApi */
export class DroppedWork {
  private readonly logger = new Logger('EventSourcing');
  private readonly items: DroppedItem[] = [];
  private count = 0;
  private logged?: { readonly at: number; readonly count: number };

  /** @param pipeline its name */
  constructor(private readonly pipeline: string) {}

  /** How much was dropped since the process began. */
  get total(): number {
    return this.count;
  }

  /** The last 1,000, the oldest first. */
  get recent(): readonly DroppedItem[] {
    return [...this.items];
  }

  /** Puts something on record. */
  add(item: Omit<DroppedItem, 'at'>): void {
    const at = new Date();
    this.count += 1;
    this.items.push({ ...item, at });
    if (this.items.length > MAX_RECENT) this.items.shift();
    const since = this.logged ? at.getTime() - this.logged.at : undefined;
    if (since !== undefined && since >= 0 && since < MS_BETWEEN_LINES) return;
    const dropped = this.count - (this.logged?.count ?? 0);
    this.logged = { at: at.getTime(), count: this.count };
    const message = 'A disabled pipeline drops what it is given';
    this.logger.warn({ message, pipeline: this.pipeline, dropped, last: { ...item } });
  }
}
