import type { ProjectionStore } from '../../projections/stores/projection-store.js';
import { contractCases, type SuiteOptions } from './contract-test.js';
import { globalRunner } from './test-runner.js';
import { forgetCases } from './projection-store/forget.cases.js';
import { badInputCases } from './projection-store/bad-input.cases.js';
import { dropCases } from './projection-store/drop.cases.js';
import { filterCases } from './projection-store/filter.cases.js';
import { loadAndSaveCases } from './projection-store/load-and-save.cases.js';
import { sequencesCases } from './projection-store/sequences.cases.js';
import { sortCases } from './projection-store/sort.cases.js';
import { tenantCases } from './projection-store/tenant.cases.js';

/** An opened projection store. @publicApi */
export interface OpenedProjectionStore {
  readonly store: ProjectionStore;
  close(): Promise<void>;
}

/**
 * What every projection store keeps. One store serves all cases; each has tenants of its own.
 *
 * @param adapter its name in the names of the cases
 * @param open called once
 * @throws InvalidArgumentError when there is no test runner
 * @publicApi
 */
export function projectionStoreSuite(
  adapter: string,
  open: () => Promise<OpenedProjectionStore>,
  { runner = globalRunner(), differences = {} }: SuiteOptions = {},
): void {
  const { describe, expect, beforeAll, afterAll } = runner;
  describe(`ProjectionStore on ${adapter}`, () => {
    let opened: OpenedProjectionStore | undefined;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => opened?.close());

    contractCases(runner, differences, (test) => {
      const suite = { expect, test, store: () => opened!.store };
      describe('load and save', () => loadAndSaveCases(suite));
      describe('list: filters', () => filterCases(suite));
      describe('list: order and pages', () => sortCases(suite));
      describe('sequences', () => sequencesCases(suite));
      describe('tenants', () => tenantCases(suite));
      describe('forgetting a tenant', () => forgetCases(suite));
      describe('dropping a version', () => dropCases(suite));
      describe('bad input', () => badInputCases(suite));
    });
  });
}
