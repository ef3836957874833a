import { describe, expectTypeOf, it } from 'vitest';
import { DomainEvent, type EventStore, type PositionedEvent, type RecordedEvent } from '../../lib/index.js';

@DomainEvent('type.account_opened', { tags: (event: AccountOpened) => [`account:${event.accountId}`] })
export class AccountOpened {
  accountId!: string;
}

// @ts-expect-error the tags are those of another class
@DomainEvent('type.account_closed', { tags: (event: AccountOpened) => [`account:${event.accountId}`] })
export class AccountClosed {
  reason!: string;
}

@DomainEvent('type.tagged', { version: 2, tags: () => ['always'] })
export class Tagged {}

// @ts-expect-error a tag is a text
@DomainEvent('type.numbered', { tags: () => [1] })
export class Numbered {}

describe('reading the log as a whole', () => {
  it('gives events that every handler of events takes', () => {
    expectTypeOf<ReturnType<EventStore['readAll']>>().toEqualTypeOf<AsyncIterable<PositionedEvent>>();
    expectTypeOf<PositionedEvent<AccountOpened>>().toExtend<RecordedEvent<AccountOpened>>();
  });

  it('takes no text for a position', () => {
    const read = (events: EventStore, tenantId: never): void => {
      // @ts-expect-error a position comes from the store
      events.readAll({ tenantId, after: '1' });
    };
    expectTypeOf(read).toBeFunction();
  });
});
