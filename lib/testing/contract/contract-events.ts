import { DomainEvent } from '../../events/domain-event.decorator.js';
import type { StandardSchema } from '../../events/standard-schema.js';

type Rule = (value: unknown) => boolean;

const isText: Rule = (value) => typeof value === 'string';
const isPositive: Rule = (value) => Number.isInteger(value) && (value as number) >= 1;

function schemaOf(rules: Record<string, Rule>): StandardSchema {
  const validate = (value: unknown): { issues: { message: string; path: string[] }[] } => ({
    issues: Object.entries(rules)
      .filter(([name, holds]) => !holds((value as Record<string, unknown>)[name]))
      .map(([name]) => ({ message: 'is not as it should be', path: [name] })),
  });
  return { '~standard': { version: 1, vendor: 'contract', validate } };
}

/** How often the constructor of {@link ItemAdded} ran. */
export const constructed = { count: 0 };

@DomainEvent('contract.item_added', { version: 2, schema: schemaOf({ name: isText, quantity: isPositive }) })
export class ItemAdded {
  readonly name: string;

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

@DomainEvent('contract.item_removed', { schema: schemaOf({ name: isText }) })
export class ItemRemoved {
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
