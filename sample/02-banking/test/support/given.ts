import { createTenantId } from '@event-sourcing/nestjs';
import type { Currency } from '../../src/account/currency.js';
import { AccountOpened } from '../../src/account/events/account-opened.event.js';

/** What every command has. */
export const OF_ACME = { tenantId: createTenantId('acme'), commandId: 'c-1' } as const;

/** An account that was opened with so many cents. */
export function opened(accountId: string, initialDepositCents = 0, currency: Currency = 'USD'): AccountOpened {
  return new AccountOpened({
    accountId,
    customerName: `Customer of ${accountId}`,
    accountType: 'checking',
    currency,
    initialDepositCents,
  });
}
