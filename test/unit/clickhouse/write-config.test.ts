import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { writeConfig } from '../../../lib/clickhouse/embedded/write-config.js';

it('writes a configuration that only this user can read, without the password, and removes it', async () => {
  const password = 'a password';
  const config = await writeConfig('somebody', password);
  const directory = dirname(config.path);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const names = await readdir(directory);
  expect(names).toHaveLength(2);
  for (const name of names) {
    const file = join(directory, name);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(password);
  }
  await config.remove();
  await expect(stat(directory)).rejects.toMatchObject({ code: 'ENOENT' });
});
