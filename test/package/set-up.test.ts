import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SET_UP_LIMIT_MS = 60_000;
/** Nothing listens on port 1 of this machine. */
const UNREACHABLE_REGISTRY = 'http://127.0.0.1:1/';

const script = fileURLToPath(new URL('../../.scripts/ensure-dependencies.mjs', import.meta.url));

describe('the set-up of dependencies', () => {
  let project: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'set-up-'));
    mkdirSync(join(project, '.scripts'));
    cpSync(script, join(project, '.scripts/ensure-dependencies.mjs'));
    mkdirSync(join(project, 'local'));
    writeJson('local/package.json', { name: 'local', version: '1.0.0' });
    writeProject({});
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  function writeJson(path: string, value: unknown): void {
    writeFileSync(join(project, path), JSON.stringify(value));
  }

  /** A project with one dependency that needs no network, and perhaps others. */
  function writeProject(dependencies: Record<string, string>, node = '>=20.0.0'): void {
    const packageJson = { name: 'a', version: '1.0.0', engines: { node } };
    const all = { local: 'file:local', ...dependencies };
    writeJson('package.json', { ...packageJson, dependencies: all });
    const others = Object.entries(dependencies).map(([name, version]) => [
      `node_modules/${name}`,
      { version, resolved: `${UNREACHABLE_REGISTRY}${name}/-/${name}-${version}.tgz` },
    ]);
    writeJson('package-lock.json', {
      name: 'a',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { ...packageJson, dependencies: all },
        local: { version: '1.0.0' },
        'node_modules/local': { resolved: 'local', link: true },
        ...Object.fromEntries(others),
      },
    });
  }

  function setUp(): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['.scripts/ensure-dependencies.mjs'], {
      cwd: project,
      encoding: 'utf8',
      timeout: SET_UP_LIMIT_MS,
      env: { ...process.env, npm_config_registry: UNREACHABLE_REGISTRY, npm_config_fetch_retries: '0' },
    });
    return { status, output: stdout + stderr };
  }

  it('installs what is missing, and then has nothing to do', () => {
    const first = setUp();
    expect(first.output).toContain('node_modules is missing');
    expect(first.status).toBe(0);
    expect(existsSync(join(project, 'node_modules/local/package.json'))).toBe(true);
    expect(setUp()).toEqual({ status: 0, output: '' });
  });

  it('installs again when a package was removed or the lock file changed', () => {
    setUp();
    rmSync(join(project, 'node_modules/local'));
    expect(setUp().output).toContain('node_modules/local is missing');
    expect(existsSync(join(project, 'node_modules/local/package.json'))).toBe(true);
    writeProject({ absent: '1.0.0' });
    expect(setUp().output).toContain('node_modules/absent is not as package-lock.json wants it');
  });

  it('says what to do when the registry cannot be reached', () => {
    writeProject({ absent: '1.0.0' });
    const { status, output } = setUp();
    expect(output).toContain('The npm registry could not be reached.');
    expect(status).toBe(1);
  });

  it.each([
    ['^18.0.0', 1],
    ['>=99.0.0', 1],
    [`^18.0.0 || >=${process.versions.node}`, 0],
    [`^${process.versions.node}`, 0],
  ])('with engines.node %s ends with %i', (node, expected) => {
    writeProject({}, node);
    const { status, output } = setUp();
    expect(status).toBe(expected);
    expect(output.includes(`needs Node ${node}`)).toBe(expected === 1);
  });
});
