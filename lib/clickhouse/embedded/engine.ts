import { createRequire } from 'node:module';
import { MissingPackageError } from '../../packages/missing-package.error.js';
import { EmbeddedUnsupportedError } from './embedded-unsupported.error.js';

/** The C entry that is called is exported by this version, but promised by none. */
const CHDB_VERSION = '3.4.0';
const FFI_PACKAGE = 'ffi-rs@1.3.7';
const PURPOSE = 'Embedded ClickHouse';
const SUPPORTED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** Absolute paths of the two files that a child process needs. */
export interface Engine {
  readonly ffiPath: string;
  readonly libraryPath: string;
}

/** What is asked of the machine. */
export interface EngineHost {
  readonly platform: string;
  readonly arch: string;
  /** Undefined on Linux with another C library, such as musl in Alpine images. */
  readonly glibcVersion: string | undefined;
  require(id: string): unknown;
  resolve(id: string): string;
}

/**
 * Finds the ClickHouse engine among the installed packages, without loading it into this process.
 *
 * @throws EmbeddedUnsupportedError, MissingPackageError
 */
export function findEngine(host: EngineHost = thisHost()): Engine {
  const platform = `${host.platform}-${host.arch}`;
  if (!SUPPORTED.includes(platform)) throw new EmbeddedUnsupportedError(platform);
  if (host.platform === 'linux' && host.glibcVersion === undefined) {
    throw new EmbeddedUnsupportedError(`${platform}-musl`);
  }
  const chdb = `chdb@${CHDB_VERSION}`;
  const manifest = find('chdb', chdb, () => host.require('chdb/package.json')) as { version: string };
  if (manifest.version !== CHDB_VERSION) throw new MissingPackageError('chdb', chdb, PURPOSE, manifest.version);
  const ffiPath = find('ffi-rs', FFI_PACKAGE, () => host.resolve('ffi-rs'));
  const locator = host.require('chdb/libchdb') as { tryResolveLibchdb(): { path: string } | undefined };
  const library = locator.tryResolveLibchdb();
  // The binary is an optional dependency of chdb, which `npm install --omit=optional` leaves out.
  if (library === undefined) throw new MissingPackageError(`@chdb/lib-${platform}`, chdb, PURPOSE);
  return { ffiPath, libraryPath: library.path };
}

function find<T>(name: string, install: string, locate: () => T): T {
  try {
    return locate();
  } catch (error) {
    throw new MissingPackageError(name, install, PURPOSE, undefined, { cause: error });
  }
}

function thisHost(): EngineHost {
  const require = createRequire(import.meta.url);
  return {
    platform: process.platform,
    arch: process.arch,
    glibcVersion: glibcVersion(),
    require: (id) => require(id),
    resolve: (id) => require.resolve(id),
  };
}

function glibcVersion(): string | undefined {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}
