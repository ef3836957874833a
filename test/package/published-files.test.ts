import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackedPackage } from './packed-package.js';

const attw = fileURLToPath(new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url));

const ATTW_LIMIT_MS = 60_000;

describe('the published package', () => {
  let packed: PackedPackage;

  beforeAll(() => {
    packed = new PackedPackage();
  });
  afterAll(() => packed.remove());

  it('holds the built library and its papers, and nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
    const { files } = packed;
    expect(files.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual(papers);
    expect(files.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts)(\.map)?$/.test(path))).toEqual([]);
  });

  it('passes publint', async () => {
    const bytes = await readFile(packed.tarball);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ strict: true, pack: { tarball } });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types for every export, as an ESM-only package', () => {
    const args = [attw, packed.tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color'];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: ATTW_LIMIT_MS });
    expect(status, stdout).toBe(0);
  });
});
