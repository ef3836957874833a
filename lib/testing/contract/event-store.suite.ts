import type { EventLog } from '../../event-store/event-log.js';
import type { EventStore } from '../../event-store/event-store.js';
import type { StorageContext } from '../../storage/storage.js';
import { createStorageContext } from './create-storage-context.js';
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
import { contractCases, type SuiteOptions } from './contract-test.js';
import { globalRunner } from './test-runner.js';

/** An opened event store, and what the suite asks for beside it. @publicApi */
export interface OpenedEventStore {
  readonly store: EventStore;
  /** The rows of the same log. */
  readonly log: EventLog;
  /** Resolves when `readAll` gives all that was appended before. @default at once */
  settle?(): Promise<void>;
  close(): Promise<void>;
}

/** @publicApi */
export interface EventStoreSuiteOptions extends SuiteOptions {
  /** Whether appends may have conditions and go to several streams; else that must be refused. @default true */
  readonly conditions?: boolean;
  /** Whether the cases of mere reads belong to it: the code that they go through may be that of another adapter. @default true */
  readonly reads?: boolean;
}

/**
 * What every event store keeps, whatever it is made of. One store serves all cases; each has tenants of its own.
 *
 * @param adapter its name in the names of the cases
 * @param open called once; the context has the event classes of the cases
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function eventStoreSuite(
  adapter: string,
  open: (context: StorageContext) => Promise<OpenedEventStore>,
  { runner = globalRunner(), differences = {}, conditions = true, reads = true }: EventStoreSuiteOptions = {},
): void {
  const { describe, expect, beforeAll, afterAll } = runner;
  const together = describe.concurrent ?? describe;
  describe(`EventStore on ${adapter}`, () => {
    let context: StorageContext;
    let opened: OpenedEventStore | undefined;

    beforeAll(async () => {
      context = await createStorageContext();
      opened = await open(context);
    });
    afterAll(async () => opened?.close());

    contractCases(runner, differences, (test) => {
      const suite = {
        expect,
        test,
        together,
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
      together('readAll', () => readAllCases(suite));
      if (reads) {
        together('query', () => queryCases(suite));
        describe('read', () => readCases(suite));
        describe('readEach', () => readEachCases(suite));
        describe('tags', () => tagCases(suite));
        describe('heads', () => headsCases(suite));
        describe('scan', () => scanCases(suite));
      }
      describe('undispatched', () => undispatchedCases(suite));
      if (!conditions) describe('what is not supported', () => unsupportedCases(suite));
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
