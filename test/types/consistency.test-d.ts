import { describe, expectTypeOf, it } from 'vitest';
import {
  type AppendResult,
  type CommandReceipt,
  type Commands,
  type Consistency,
  ConsistentWith,
  type ConsistencyResult,
  type ConsistencyToken,
  consistencyToken,
  type FoldHandler,
  FoldProjection,
  MapProjection,
  type StoredReceipt,
  type TenantId,
} from '../../lib/index.js';

@FoldProjection({ name: 'balance' })
class Balances implements FoldHandler<{ amount: number }> {
  init(): { amount: number } {
    return { amount: 0 };
  }
  apply(state: { amount: number }): { amount: number } {
    return state;
  }
}

@MapProjection({ name: 'payments', events: [] })
class Payments {
  map(): { paid: number } | null {
    return null;
  }
}

const consistency = {} as Consistency;
const commands = {} as Commands;
const token = {} as ConsistencyToken;

describe('consistency', () => {
  it('makes tokens of receipts and results only', () => {
    expectTypeOf(consistencyToken({} as CommandReceipt)).toEqualTypeOf<ConsistencyToken>();
    consistencyToken({} as AppendResult);
    // @ts-expect-error a text is no receipt
    consistencyToken('receipt');
    // @ts-expect-error a rejection stored nothing, and has no stream
    consistencyToken({ status: 'rejected', commandId: '1' });
  });

  it('waits with tokens, for folds and maps, by class or name', () => {
    expectTypeOf(consistency.applied(token, Balances)).resolves.toEqualTypeOf<ConsistencyResult>();
    void consistency.applied(token, Payments, { timeoutMs: 1 });
    void consistency.applied(token, 'balance');
    // @ts-expect-error a text is no token
    void consistency.applied('1.abc', Balances);
    // @ts-expect-error a class that is neither
    void consistency.applied(token, class Neither {});
  });

  it('tells results apart by their status', () => {
    const result = {} as ConsistencyResult;
    if (result.status === 'applied') expectTypeOf(result.sequence).toEqualTypeOf<number>();
    if (result.status === 'rejected') expectTypeOf(result.reason).toEqualTypeOf<string>();
    if (result.status === 'timed-out') expectTypeOf(result.awaiting).toEqualTypeOf<'outcome' | 'projection'>();
  });

  it('gives a stored receipt to a command that waits for a projection', () => {
    expectTypeOf(commands.run({}, { waitFor: Balances })).resolves.toEqualTypeOf<StoredReceipt>();
    expectTypeOf(commands.run({}, { waitFor: Payments })).resolves.toEqualTypeOf<StoredReceipt>();
    expectTypeOf(commands.run({}, { waitFor: 'queued' })).resolves.toEqualTypeOf<CommandReceipt>();
    // @ts-expect-error a projection is waited for by its class
    void commands.run({}, { waitFor: 'balance' });
  });

  it('marks handlers, with the type of their request', () => {
    ConsistentWith(Balances);
    ConsistentWith([Balances, Payments, 'balance'], { timeoutMs: 1, whenLate: 'read' });
    ConsistentWith(Balances, { tenantId: ({ tenant }: { readonly tenant: TenantId }) => tenant });
    // @ts-expect-error no such way
    ConsistentWith(Balances, { whenLate: 'wait' });
    // @ts-expect-error a plain text is no tenant
    ConsistentWith(Balances, { tenantId: () => 'acme' });
  });
});
