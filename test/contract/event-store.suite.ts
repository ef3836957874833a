import { afterAll, beforeAll, describe } from 'vitest';
import type { EventLog } from '../../lib/event-store/event-log.js';
import type { EventStore } from '../../lib/event-store/event-store.js';
import type { StorageContext } from '../../lib/storage/storage.js';
import { createStorageContext } from '../support/storage-context.js';
import { appendAllCases } from './event-store/append-all.cases.js';
import { appendCases } from './event-store/append.cases.js';
import { badInputCases } from './event-store/bad-input.cases.js';
import { conditionCases } from './event-store/condition.cases.js';
import { bulkCases } from './event-store/bulk.cases.js';
import { expectedSequenceCases } from './event-store/expected-sequence.cases.js';
import { headsCases } from './event-store/heads.cases.js';
import { keyCases } from './event-store/key.cases.js';
import { ownStreamsCases } from './event-store/own-streams.cases.js';
import { queryCases } from './event-store/query.cases.js';
import { readAllCases } from './event-store/read-all.cases.js';
import { readCases } from './event-store/read.cases.js';
import { readEachCases } from './event-store/read-each.cases.js';
import { removalCases } from './event-store/removal.cases.js';
import { restoreCases } from './event-store/restore.cases.js';
import { scanCases } from './event-store/scan.cases.js';
import { tagCases } from './event-store/tag.cases.js';
import { tenantCases } from './event-store/tenant.cases.js';
import { undispatchedCases } from './event-store/undispatched.cases.js';
import { unsupportedCases } from './event-store/unsupported.cases.js';
import type { Adapter } from './known-differences.js';
import { contractCases } from './known-differences.js';

export interface OpenedEventStore {
  readonly store: EventStore;
  readonly log: EventLog;
  /** Resolves when `readAll` gives all that was appended before. @default at once */
  settle?(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What every event store keeps, whatever it is made of. One store serves all cases; each has tenants of its own.
 *
 * @param reads whether the cases of mere reads belong to it: the code that they go through may be that of another adapter
 */
export function eventStoreSuite(
  adapter: Adapter,
  open: (context: StorageContext) => Promise<OpenedEventStore>,
  { reads = true }: { readonly reads?: boolean } = {},
): void {
  describe(`EventStore on ${adapter}`, () => {
    let context: StorageContext;
    let opened: OpenedEventStore | undefined;

    beforeAll(async () => {
      context = await createStorageContext();
      opened = await open(context);
    });
    afterAll(async () => opened?.close());

    contractCases('event-store', adapter, (test) => {
      const suite = {
        test,
        store: () => opened!.store,
        log: () => opened!.log,
        context: () => context,
        settle: async () => opened!.settle?.(),
      };
      describe('append', () => appendCases(suite));
      describe('bulk', () => bulkCases(suite));
      describe('expectedSequence', () => expectedSequenceCases(suite));
      describe('key', () => keyCases(suite));
      // Most of these wait until what they have appended is settled: together, since each has a tenant of its own.
      describe.concurrent('readAll', () => readAllCases(suite));
      if (reads) {
        describe.concurrent('query', () => queryCases(suite));
        describe('read', () => readCases(suite));
        describe('readEach', () => readEachCases(suite));
        describe('tags', () => tagCases(suite));
        describe('heads', () => headsCases(suite));
        describe('scan', () => scanCases(suite));
      }
      describe('undispatched', () => undispatchedCases(suite));
      if (adapter.startsWith('clickhouse')) describe('what is not supported', () => unsupportedCases(suite));
      else {
        describe('condition', () => conditionCases(suite));
        describe('appendAll', () => appendAllCases(suite));
      }
      describe('removal', () => removalCases(suite));
      describe('restoring', () => restoreCases(suite));
      describe('streams of our own', () => ownStreamsCases(suite));
      describe('tenants', () => tenantCases(suite));
      describe('bad input', () => badInputCases(suite));
    });
  });
}
