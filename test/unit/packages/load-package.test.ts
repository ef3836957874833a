import { describe, expect, it } from 'vitest';
import { loadPackage } from '../../../lib/packages/load-package.js';

const wanted = { name: 'no-such-package-of-ours', install: 'no-such-package-of-ours@1', purpose: 'The test' };
const absent: string = wanted.name;

describe('loadPackage', () => {
  it('returns what is there', async () => {
    expect(await loadPackage(wanted, () => import('node:path'))).toHaveProperty('join');
  });

  it('names the npm command when the package is absent', async () => {
    await expect(loadPackage(wanted, () => import(absent))).rejects.toMatchObject({
      code: 'MISSING_PACKAGE',
      kind: 'permanent',
      packageName: wanted.name,
      message:
        'The test needs the package no-such-package-of-ours@1, which is not installed. Run: npm install no-such-package-of-ours@1',
    });
  });

  it('passes on the error of a package that is there but fails to load', async () => {
    const other = { ...wanted, name: 'another-package' };
    await expect(loadPackage(other, () => import(absent))).rejects.not.toMatchObject({ code: 'MISSING_PACKAGE' });
    const broken = new Error('broken');
    await expect(loadPackage(wanted, () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
