import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { API_DOCS_PATH } from '../src/configure-app.js';
import { readSettings } from '../src/settings.js';

const sample = resolve(import.meta.dirname, '..');
const root = resolve(sample, '../..');
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly ports?: readonly string[];
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
}

const readCompose = (path: string) =>
  parse(read(path, 'compose.yaml'), { merge: true }) as {
    readonly services: Record<'web' | 'worker' | 'postgres' | 'redis', Service>;
    readonly volumes: Record<string, null>;
  };
const compose = readCompose(sample);
const { services } = compose;

describe.each(['web', 'worker'] as const)('the %s process of compose.yaml', (role) => {
  const { environment = {}, healthcheck, depends_on, build } = services[role];

  it('is told its role and where its servers are, by variables that the sample reads', () => {
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services.postgres.environment!;
    const { EVENT_SOURCING_ROLE, ...others } = environment;
    expect(EVENT_SOURCING_ROLE).toBe(role);
    expect(readSettings(others)).toMatchObject({
      host: '0.0.0.0',
      store: {
        kind: 'server',
        url: `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`,
      },
      redisUrl: 'redis://redis:6379',
    });
    const settings = read(sample, 'src/settings.ts');
    expect(Object.keys(others).filter((name) => !settings.includes(`env['${name}']`))).toEqual([]);
  });

  it('is asked for its health where it listens, and waits for its servers', () => {
    expect(healthcheck.test.at(-1)).toContain(`http://127.0.0.1:${environment['PORT']}/${API_DOCS_PATH}'`);
    expect(Object.keys(depends_on!).every((name) => name in services)).toBe(true);
  });

  it('is built by a Dockerfile whose commands exist', () => {
    const context = resolve(sample, build!.context);
    expect(context).toBe(root);
    const dockerfile = read(context, build!.dockerfile);
    const { scripts } = JSON.parse(read(sample, 'package.json')) as { scripts: Record<string, string> };
    const [, script, workspace] = /npm run (\S+) --workspace=(\S+)/.exec(dockerfile)!;
    expect(resolve(root, workspace!)).toBe(sample);
    expect(scripts[script!]).toBeDefined();
    const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]!) as string[];
    expect(`exec ${command.join(' ')}`).toBe(scripts['start']);
    expect(dockerfile).toContain(`WORKDIR /app/${workspace}\n`);
    // What is ignored is named after it.
    expect(read(sample, `${basename(build!.dockerfile)}.dockerignore`)).toContain('node_modules');
  });
});

it('opens the web process alone, to this machine alone', () => {
  const { web, ...others } = services;
  expect(web.ports).toEqual([`127.0.0.1:${web.environment!['PORT']}:${web.environment!['PORT']}`]);
  expect(Object.values(others).flatMap(({ ports = [] }) => ports)).toEqual([]);
});

it('names the volumes that it uses', () => {
  const used = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((one) => one.split(':')[0]!));
  expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
});

it('has the Redis of the first sample, whose settings are tried there', () => {
  expect(services.redis).toEqual(readCompose(resolve(root, 'sample/01-trace-processing')).services.redis);
});
