import { IsInt, IsString, Min } from 'class-validator';
import { DomainEvent } from '../../lib/events/domain-event.decorator.js';

/** How often the constructor of {@link ItemAdded} ran. */
export const constructed = { count: 0 };

@DomainEvent('contract.item_added', { version: 2 })
export class ItemAdded {
  @IsString()
  readonly name: string;

  @IsInt()
  @Min(1)
  readonly quantity: number;

  constructor(name: string, quantity = 1) {
    constructed.count += 1;
    this.name = name;
    this.quantity = quantity;
  }

  label(): string {
    return `${this.quantity} × ${this.name}`;
  }
}

@DomainEvent('contract.item_removed')
export class ItemRemoved {
  @IsString()
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Carries anything, unchecked. */
@DomainEvent('contract.noted')
export class Noted {
  constructor(readonly body: unknown) {}
}

/** Is found by its labels. */
@DomainEvent('contract.labelled', { tags: (event: Labelled) => event.labels })
export class Labelled {
  constructor(readonly labels: readonly string[]) {}
}

/** A good event class that no pipeline declares. */
@DomainEvent('contract.undeclared')
export class Undeclared {
  readonly name = 'x';
}

/** Not an event class. */
export class Unmarked {
  readonly name = 'x';
}
