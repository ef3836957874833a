import type { RecordStore } from '../../projections/stores/record-store.js';
import { contractCases, type SuiteOptions } from './contract-test.js';
import { globalRunner } from './test-runner.js';
import { forgetCases } from './record-store/forget.cases.js';
import { badInputCases } from './record-store/bad-input.cases.js';
import { countsCases } from './record-store/counts.cases.js';
import { dropCases } from './record-store/drop.cases.js';
import { readAndAppendCases } from './record-store/read-and-append.cases.js';

/** An opened record store. @publicApi */
export interface OpenedRecordStore {
  readonly store: RecordStore;
  close(): Promise<void>;
}

/**
 * What every record store keeps. One store serves all cases; each has tenants of its own.
 *
 * @param adapter its name in the names of the cases
 * @param open called once
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function recordStoreSuite(
  adapter: string,
  open: () => Promise<OpenedRecordStore>,
  { runner = globalRunner(), differences = {} }: SuiteOptions = {},
): void {
  const { describe, expect, beforeAll, afterAll } = runner;
  describe(`RecordStore on ${adapter}`, () => {
    let opened: OpenedRecordStore | undefined;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => opened?.close());

    contractCases(runner, differences, (test) => {
      const suite = { expect, test, store: () => opened!.store };
      describe('read and append', () => readAndAppendCases(suite));
      describe('counts', () => countsCases(suite));
      describe('forgetting a tenant', () => forgetCases(suite));
      describe('dropping a version', () => dropCases(suite));
      describe('bad input', () => badInputCases(suite));
    });
  });
}
