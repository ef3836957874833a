import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Aggregate,
  type AggregateRepository,
  createTenantId,
  type Decided,
  StaleAggregateError,
  type StreamPoint,
  type StreamId,
  type TenantId,
  WrongExpectedSequenceError,
} from '../../lib/index.js';
import { AggregateRepository as Repository } from '../../lib/aggregates/aggregate-repository.js';
import { Snapshots } from '../../lib/aggregates/snapshots.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import type { JsonValue } from '../../lib/events/json-value.js';
import { InvalidEventError } from '../../lib/events/invalid-event.error.js';
import type { ProjectionStore } from '../../lib/projections/stores/projection-store.js';
import {
  type AccountCommand,
  accountDecider,
  type AccountState,
  BankAccount,
  MoneyDeposited,
} from '../support/bank-account.js';
import { collect } from '../support/collect.js';
import { expectRefused } from '../support/expect-refused.js';

export interface OpenedStores {
  readonly events: EventStore;
  readonly projections: ProjectionStore;
  close(): Promise<void>;
}

/** What `AggregateRepository` keeps on every store. @param numRuns of properties */
export function aggregatesSuite(name: string, open: () => Promise<OpenedStores>, numRuns: number): void {
  describe(`AggregateRepository on ${name}`, () => {
    let stores: OpenedStores | undefined;
    let repository: AggregateRepository;
    let tenantId: TenantId;

    beforeAll(async () => {
      stores = await open();
      repository = new Repository(stores.events, new Snapshots(stores.projections));
    });
    afterAll(async () => {
      await stores?.close();
    });
    beforeEach(() => {
      tenantId = createTenantId(`tenant-${randomUUID()}`);
    });

    const stream = (id = 'acc-123'): StreamId => ({ tenantId, aggregateType: 'account', aggregateId: id });
    const load = (id = 'acc-123'): Promise<BankAccount> => repository.load(BankAccount, id, { tenantId });
    const stateOf = ({ balance, isOpen, trail }: BankAccount) => ({ balance, isOpen, trail });
    const snapshotOf = async (id = 'acc-123', version = 1) => {
      const key = { tenantId, projection: '$snapshots:account:BankAccount', version, id };
      return (await stores!.projections.load([key]))[0];
    };

    it('stores what an aggregate raised, and loads it again', async () => {
      const account = new BankAccount('acc-123');
      account.open(1_000);
      account.deposit(500);
      account.withdraw(200);
      const appended = await repository.save(account, { tenantId });
      expect(appended).toMatchObject({ firstSequence: 1, lastSequence: 3 });
      expect({ ...stateOf(account), sequence: account.sequence, raised: account.raised }).toMatchObject({
        balance: 1_300,
        sequence: 3,
        raised: [],
      });
      const loaded = await load();
      expect(loaded).toBeInstanceOf(BankAccount);
      expect(loaded.sequence).toBe(3);
      expect(stateOf(loaded)).toEqual(stateOf(account));
      expect(loaded.id).toBe('acc-123');
    });

    it('saves one object several times, and nothing when nothing was raised', async () => {
      const account = await load();
      expect(await repository.save(account)).toBeUndefined();
      account.open(5);
      await repository.save(account);
      account.deposit(1);
      const [one, other] = await Promise.all([repository.save(account), repository.save(account)]);
      expect([one?.lastSequence, other]).toEqual([2, undefined]);
      expect((await collect(stores!.events.read(stream()))).map(({ type }) => type)).toEqual([
        'bank.account_opened',
        'bank.money_deposited',
      ]);
    });

    it('applies what it raises as it will be read', async () => {
      const account = await load();
      account.open(1);
      account.deposit(1);
      const raised = account.lastDepositAt;
      await repository.save(account);
      expect(raised).toBe('1970-01-01T00:00:00.000Z');
      expect((await load()).lastDepositAt).toBe(raised);
    });

    it('lets one of two writers win, and the other load again', async () => {
      const first = await load();
      first.open(100);
      await repository.save(first);
      const [one, other] = await Promise.all([load(), load()]);
      one.withdraw(80);
      other.withdraw(80);
      await repository.save(one);
      await expectRefused(() => repository.save(other), WrongExpectedSequenceError);
      const again = await load();
      expect(() => again.withdraw(80)).toThrow('Insufficient funds');
      expect(again.balance).toBe(20);
    });

    it('keeps the object of a failed save as it was', async () => {
      const one = await load();
      const other = await load();
      one.open(1);
      other.open(2);
      await repository.save(one);
      await expectRefused(() => repository.save(other), WrongExpectedSequenceError);
      expect(other.raised).toHaveLength(1);
      expect(other.sequence).toBe(0);
    });

    it('stores a save with a known key once, and gives the object up', async () => {
      const one = await load();
      one.open(10);
      await repository.save(one, { key: 'c-1' });
      const repeated = new BankAccount('acc-123');
      repeated.open(10);
      expect(await repository.save(repeated, { key: 'c-1', tenantId })).toMatchObject({
        repeated: true,
        lastSequence: 1,
      });
      expect(() => repeated.deposit(1)).toThrow(StaleAggregateError);
      await expectRefused(() => repository.save(repeated), StaleAggregateError);
      expect(await stores!.events.head(stream())).toBe(1);
    });

    it('refuses what is no event, a foreign tenant, and a class without @Aggregate', async () => {
      const account = await load();
      expect(() => account.misbehave({ amount: 1 })).toThrow(InvalidEventError);
      expect(account.raised).toEqual([]);
      account.open(1);
      await expect(repository.save(account, { tenantId: createTenantId('other') })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      class Unmarked extends BankAccount {}
      await expect(repository.load(Unmarked, 'x', { tenantId })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await expect(repository.load(BankAccount, 'x')).rejects.toMatchObject({ code: 'INVALID_TENANT' });
    });

    it('loads the state as it was at a sequence or a time', async () => {
      const account = await load();
      account.open(100);
      account.deposit(1);
      await repository.save(account);
      const recordedAt = (await collect(stores!.events.read(stream()))).at(-1)!.recordedAt;
      const at = async (point: { sequence: number } | { time: Date }): Promise<number> =>
        (await repository.load(BankAccount, 'acc-123', { tenantId, at: point })).balance;
      expect(await at({ sequence: 0 })).toBe(0);
      expect(await at({ sequence: 1 })).toBe(100);
      expect(await at({ sequence: 9 })).toBe(101);
      expect(await at({ time: new Date(0) })).toBe(0);
      expect(await at({ time: recordedAt })).toBe(101);
      await expect(at({ sequence: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      const old = await repository.load(BankAccount, 'acc-123', { tenantId, at: { sequence: 1 } });
      old.deposit(5);
      await expectRefused(() => repository.save(old), WrongExpectedSequenceError);
    });

    describe('at every sequence and with every interval', () => {
      const plain = { ...accountDecider, snapshot: undefined };
      const every = fc.integer({ min: 1, max: 5 });
      const steps = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });
      const isFolded = async (id: string, loadAt: (at?: StreamPoint) => Promise<object>): Promise<void> => {
        const head = await stores!.events.head(stream(id));
        for (let sequence = 0; sequence <= head; sequence += 1) {
          const { state } = await repository.stateOf(plain, id, { tenantId, at: { sequence } });
          expect(await loadAt({ sequence })).toEqual({ ...state, sequence });
          if (sequence === head) expect(await loadAt()).toEqual({ ...state, sequence });
        }
      };

      it('loads an aggregate as a full fold gives it', async () => {
        const property = fc.asyncProperty(every, steps, fc.nat(1_000), async (interval, sizes, seed) => {
          @Aggregate<BankAccount>({ type: 'account', snapshot: { every: interval } })
          class Account extends BankAccount {}
          const id = `acc-${randomUUID()}`;
          const account = await repository.load(Account, id, { tenantId });
          account.open(seed);
          for (const size of sizes) {
            for (let step = 0; step < size; step += 1) account.deposit(seed + step + 1);
            await repository.save(account);
            expect(stateOf(await repository.load(Account, id, { tenantId }))).toEqual(stateOf(account));
          }
          await isFolded(id, async (at) => {
            const loaded = await repository.load(Account, id, { tenantId, at });
            return { ...stateOf(loaded), sequence: loaded.sequence };
          });
        });
        await fc.assert(property, { numRuns });
      });

      it('gives the state of a decider as a full fold gives it', async () => {
        const property = fc.asyncProperty(every, steps, fc.nat(1_000), async (interval, amounts, initialDeposit) => {
          const decider = { ...accountDecider, snapshot: { every: interval } };
          const id = `acc-${randomUUID()}`;
          await repository.decide(decider, id, { type: 'open', initialDeposit }, { tenantId });
          for (const amount of amounts) {
            const { appended: _, ...decided } = await repository.decide(
              decider,
              id,
              { type: 'deposit', amount },
              { tenantId },
            );
            expect(await repository.stateOf(decider, id, { tenantId })).toEqual(decided);
          }
          await isFolded(id, async (at) => {
            const { state, sequence } = await repository.stateOf(decider, id, { tenantId, at });
            return { ...state, sequence };
          });
        });
        await fc.assert(property, { numRuns });
      });
    });

    it('keeps a snapshot past each interval, by the rule, and after a long load', async () => {
      const account = await load();
      account.open(1);
      account.deposit(1);
      await repository.save(account);
      expect(await snapshotOf()).toBeNull();
      account.deposit(1);
      account.deposit(1);
      await repository.save(account);
      expect((await snapshotOf())?.sequence).toBe(4);
      account.deposit(2_000_000);
      await repository.save(account);
      expect((await snapshotOf())?.sequence).toBe(5);
      await stores!.projections.forget(tenantId);
      await load();
      expect((await snapshotOf())?.sequence).toBe(5);
    });

    it('stores nothing that it cannot evolve, and lets no rule of a snapshot fail what is stored', async () => {
      const broken = (): never => {
        throw new Error('broken');
      };
      const deposit = { type: 'deposit', amount: 7 } as const;
      const decide = (decider: typeof accountDecider) => repository.decide(decider, 'acc-123', deposit, { tenantId });
      await repository.decide(accountDecider, 'acc-123', { type: 'open', initialDeposit: 1 }, { tenantId });

      const evolve: typeof accountDecider.evolve = (state, event) =>
        event instanceof MoneyDeposited ? broken() : accountDecider.evolve(state, event);
      await expect(decide({ ...accountDecider, evolve })).rejects.toThrow('broken');
      expect(await stores!.events.head(stream())).toBe(1);

      const ruled = { ...accountDecider, snapshot: { every: 100, when: broken } };
      const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
      expect(await decide(ruled)).toMatchObject({ sequence: 2, state: { balance: 8 } });
      expect(warn).toHaveBeenCalledWith(expect.objectContaining({ message: 'The rule of a snapshot fails' }));
      warn.mockRestore();
    });

    it('reads only what follows the snapshot', async () => {
      const account = await load();
      account.open(1);
      for (let step = 0; step < 9; step += 1) account.deposit(1);
      await repository.save(account);
      account.deposit(1);
      await repository.save(account);
      const reads: unknown[] = [];
      const watched = Object.create(stores!.events) as EventStore;
      watched.read = (which, options) => {
        reads.push(options?.from);
        return stores!.events.read(which, options);
      };
      const loaded = await new Repository(watched, new Snapshots(stores!.projections)).load(BankAccount, 'acc-123', {
        tenantId,
      });
      expect(reads).toEqual([10]);
      expect(stateOf(loaded)).toEqual(stateOf(account));
    });

    it('throws a snapshot away that does not parse, does not fit, or is ahead of the log', async () => {
      const account = await load();
      account.open(1);
      account.deposit(1);
      account.deposit(1);
      await repository.save(account);
      const row = (await snapshotOf())!;
      const state = row.state as { readonly eventId: string; readonly state: JsonValue };
      await stores!.projections.forget(tenantId);
      const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
      const fitting = vi.spyOn(BankAccount.prototype, 'fromSnapshot').mockImplementation(() => {
        throw new Error('does not fit');
      });
      await stores!.projections.save([row]);
      expect(stateOf(await load())).toEqual(stateOf(account));
      expect(fitting).toHaveBeenCalledOnce();
      expect(warn).toHaveBeenCalledOnce();
      fitting.mockRestore();
      warn.mockRestore();

      // A log that was begun anew, or restored: another event stands where that of the snapshot was.
      await stores!.projections.forget(tenantId);
      await stores!.projections.save([{ ...row, state: { eventId: 'another', state: { balance: 9 } } }]);
      expect(stateOf(await load())).toEqual(stateOf(account));

      const broken: readonly { readonly sequence: number; readonly state: JsonValue }[] = [
        { sequence: 4, state: 'nonsense' },
        { sequence: 5, state: { eventId: state.eventId, state: { balance: 9 } } },
        { sequence: 6, state: { eventId: state.eventId } },
      ];
      for (const change of broken) {
        await stores!.projections.save([{ ...row, ...change }]);
        expect(stateOf(await load())).toEqual(stateOf(account));
      }
    });

    it('gives the state that is stored when a decision is repeated under its key', async () => {
      await repository.decide(accountDecider, 'acc-123', { type: 'open', initialDeposit: 1 }, { tenantId });
      const deposit = (): Promise<Decided<AccountState>> =>
        repository.decide(accountDecider, 'acc-123', { type: 'deposit', amount: 5 }, { tenantId, key: 'd-1' });
      expect(await deposit()).toMatchObject({ state: { balance: 6 }, sequence: 2, appended: { repeated: false } });
      expect(await deposit()).toMatchObject({ state: { balance: 6 }, sequence: 2, appended: { repeated: true } });
    });

    it('does not read snapshots of another version', async () => {
      const account = await load();
      account.open(1);
      account.deposit(1);
      account.deposit(1);
      await repository.save(account);
      const planted = { balance: 99, isOpen: true, trail: 1 };
      const [last] = await collect(stores!.events.read(stream(), { direction: 'backwards', limit: 1 }));
      const row = { tenantId, projection: '$snapshots:account:decider', version: 1, id: 'acc-123', updatedAt: 1 };
      await stores!.projections.save([{ ...row, sequence: 3, state: { eventId: last!.id, state: planted } }]);
      const next = { ...accountDecider, snapshot: { every: 3, version: 2 } };
      expect((await repository.stateOf(accountDecider, 'acc-123', { tenantId })).state).toEqual(planted);
      expect((await repository.stateOf(next, 'acc-123', { tenantId })).state.balance).toBe(3);

      // Those of a version that nobody uses any more can be removed, and no others.
      for (const version of [2, 0]) {
        await expect(repository.dropSnapshots(next, version)).rejects.toMatchObject({ field: 'version' });
      }
      expect(await repository.dropSnapshots(next, 1)).toBeGreaterThan(0);
      expect(await stores!.projections.load([row, { ...row, version: 2 }])).toEqual([null, expect.anything()]);
      expect((await snapshotOf())?.sequence).toBe(3);
      expect(await repository.dropSnapshots(BankAccount, 7)).toBe(0);
    });

    it('decides again when others were faster, and gives up after its attempts', async () => {
      const decide = (command: AccountCommand, maxAttempts?: number) =>
        repository.decide(accountDecider, 'acc-123', command, { tenantId, maxAttempts });
      expect(await decide({ type: 'open', initialDeposit: 100 })).toMatchObject({
        sequence: 1,
        state: { balance: 100 },
      });
      const deposits = Array.from({ length: 4 }, () => decide({ type: 'deposit', amount: 10 }, 20));
      await Promise.all(deposits);
      const { state, sequence } = await repository.stateOf(accountDecider, 'acc-123', { tenantId });
      expect({ balance: state.balance, sequence }).toEqual({ balance: 140, sequence: 5 });
      const results = await Promise.allSettled([1, 2, 3].map(() => decide({ type: 'withdraw', amount: 140 }, 20)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await decide({ type: 'nothing' })).toEqual({ state: expect.anything(), sequence: 6 });
      let raced = 0;
      const racing = {
        ...accountDecider,
        decide: (command: AccountCommand, before: Parameters<typeof accountDecider.decide>[1]) => {
          raced += 1;
          return accountDecider.decide(command, before);
        },
      };
      const intruding = Object.create(stores!.events) as EventStore;
      intruding.append = async (...args) => {
        await repository.decide(accountDecider, 'acc-123', { type: 'deposit', amount: 1 }, { tenantId });
        return stores!.events.append(...args);
      };
      const unlucky = new Repository(intruding, new Snapshots(stores!.projections));
      await expectRefused(
        () => unlucky.decide(racing, 'acc-123', { type: 'deposit', amount: 1 }, { tenantId, maxAttempts: 3 }),
        WrongExpectedSequenceError,
      );
      expect(raced).toBe(3);
    });
  });
}
