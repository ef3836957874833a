// Runs the chaos tests for longer than npm test does: npm run test:chaos [-- --without guard] [options of vitest]
// Without a guard it must fail: that shows that the tests would notice.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which tests notice that a guard is off: of folds, that they drop events that their rows cover. */
const GUARDS = { guard: 'test/chaos/crash-matrix.test.ts' };

const root = fileURLToPath(new URL('..', import.meta.url));
const options = process.argv.slice(2);
const at = options.indexOf('--without');
const [, guard] = at === -1 ? [] : options.splice(at, 2);
if (at !== -1 && !Object.hasOwn(GUARDS, guard ?? '')) {
  console.error(`Usage: npm run test:chaos -- [--without ${Object.keys(GUARDS).join(' | ')}] [options of vitest]`);
  process.exit(2);
}
const env = {
  ...process.env,
  CHAOS_ROUNDS: process.env.CHAOS_ROUNDS || (guard ? '1' : '10'),
  ...(guard && { CHAOS_WITHOUT: guard }),
};
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const args = ['run', '--config', 'test/vitest.config.ts', '--project', 'chaos', ...(guard ? [GUARDS[guard]] : [])];
const { status } = spawnSync(process.execPath, [vitest, ...args, ...options], { cwd: root, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
