import { describe, expect, it } from 'vitest';
import { findEngine, type EngineHost } from '../../../lib/clickhouse/embedded/engine.js';
import { EmbeddedUnsupportedError } from '../../../lib/clickhouse/embedded/embedded-unsupported.error.js';

const notFound = (id: string) => Object.assign(new Error(`Cannot find module '${id}'`), { code: 'MODULE_NOT_FOUND' });

function host(overrides: Partial<EngineHost> & { modules?: Record<string, unknown> } = {}): EngineHost {
  const modules: Record<string, unknown> = {
    'chdb/package.json': { version: '3.4.0' },
    'chdb/libchdb': { tryResolveLibchdb: () => ({ path: '/lib/libchdb.so' }) },
    'ffi-rs': '/lib/ffi-rs/index.js',
    ...overrides.modules,
  };
  const get = (id: string): unknown => {
    if (modules[id] === undefined) throw notFound(id);
    return modules[id];
  };
  return {
    platform: 'linux',
    arch: 'x64',
    glibcVersion: '2.36',
    require: get,
    resolve: (id) => String(get(id)),
    ...overrides,
  };
}

describe('findEngine', () => {
  it('finds the two files', () => {
    expect(findEngine(host())).toEqual({ ffiPath: '/lib/ffi-rs/index.js', libraryPath: '/lib/libchdb.so' });
  });

  it.each([
    ['Windows', { platform: 'win32' }, 'win32-x64'],
    ['an unknown processor', { arch: 'riscv64' }, 'linux-riscv64'],
    ['musl', { glibcVersion: undefined }, 'linux-x64-musl'],
  ])('says what to use instead on %s', (_, overrides, platform) => {
    const find = () => findEngine(host(overrides));
    expect(find).toThrow(EmbeddedUnsupportedError);
    expect(find).toThrow(`no binary for ${platform}`);
    expect(find).toThrow("clickhouse({ url: 'http://localhost:8123' })");
  });

  it('needs no glibc on macOS', () => {
    expect(findEngine(host({ platform: 'darwin', arch: 'arm64', glibcVersion: undefined }))).toBeDefined();
  });

  it.each([
    ['chdb', { 'chdb/package.json': undefined }, 'npm install chdb@3.4.0'],
    ['ffi-rs', { 'ffi-rs': undefined }, 'npm install ffi-rs@1.3.7'],
    ['the binary of chdb', { 'chdb/libchdb': { tryResolveLibchdb: () => undefined } }, 'npm install chdb@3.4.0'],
  ])('names the npm command when %s is missing', (_, modules, command) => {
    expect(() => findEngine(host({ modules }))).toThrow(
      expect.objectContaining({ code: 'MISSING_PACKAGE', message: expect.stringContaining(command) }),
    );
  });

  it('refuses another version of chdb than the one it was built for', () => {
    expect(() => findEngine(host({ modules: { 'chdb/package.json': { version: '3.5.0' } } }))).toThrow(
      'Embedded ClickHouse needs the package chdb@3.4.0, and found chdb 3.5.0. Run: npm install chdb@3.4.0',
    );
  });
});
