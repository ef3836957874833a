import { afterAll, beforeAll, describe } from 'vitest';
import type { RecordStore } from '../../lib/projections/stores/record-store.js';
import type { Adapter } from './known-differences.js';
import { contractCases } from './known-differences.js';
import { forgetCases } from './record-store/forget.cases.js';
import { badInputCases } from './record-store/bad-input.cases.js';
import { countsCases } from './record-store/counts.cases.js';
import { dropCases } from './record-store/drop.cases.js';
import { readAndAppendCases } from './record-store/read-and-append.cases.js';

export interface OpenedRecordStore {
  readonly store: RecordStore;
  close(): Promise<void>;
}

/** What every record store keeps. One store serves all cases; each has tenants of its own. */
export function recordStoreSuite(adapter: Adapter, open: () => Promise<OpenedRecordStore>): void {
  describe(`RecordStore on ${adapter}`, () => {
    let opened: OpenedRecordStore | undefined;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => opened?.close());

    contractCases('record-store', adapter, (test) => {
      const suite = { test, store: () => opened!.store };
      describe('read and append', () => readAndAppendCases(suite));
      describe('counts', () => countsCases(suite));
      describe('forgetting a tenant', () => forgetCases(suite));
      describe('dropping a version', () => dropCases(suite));
      describe('bad input', () => badInputCases(suite));
    });
  });
}
