import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RebuildCounts } from '../src/rebuilds/rebuild-counts.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rebuilds-'));
  path = join(directory, 'data', 'rebuilds.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('counts how often each projection was to be built anew', () => {
  expect(RebuildCounts.read(path)).toEqual({});
  RebuildCounts.raise(path, ['account_overview']);
  RebuildCounts.raise(path, ['account_overview', 'monthly_analytics']);
  expect(RebuildCounts.read(path)).toEqual({ account_overview: 2, monthly_analytics: 1 });
  expect(readdirSync(join(directory, 'data'))).toEqual(['rebuilds.json']);
});

it('begins nothing anew when the counts cannot be read', () => {
  const broken = join(directory, 'rebuilds.json');
  writeFileSync(broken, '{');
  expect(() => RebuildCounts.read(broken)).toThrow(/cannot be read: restore it/);
  expect(() => RebuildCounts.raise(broken, ['account_overview'])).toThrow(/cannot be read/);
});
