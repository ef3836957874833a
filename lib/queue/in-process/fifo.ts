const COMPACT_AT = 1_024;

/** A first-in-first-out list whose `shift` does not move the rest, unlike an array's. */
export class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Takes an item out, wherever it stands. */
  delete(item: T): void {
    this.items = this.items.slice(this.head).filter((one) => one !== item);
    this.head = 0;
  }

  /** Takes out all items that are meant. */
  deleteAll(isMeant: (item: T) => boolean): void {
    this.items = this.items.slice(this.head).filter((one) => !isMeant(one));
    this.head = 0;
  }

  shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.head += 1;
    if (this.head >= COMPACT_AT && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
