import { randomInt } from 'node:crypto';

/** How often a test is run: `npm run test:chaos` says more than `npm test`. */
export const ROUNDS = Number(process.env.CHAOS_ROUNDS || 1);
/** To have a round again. */
export const SEED = Number(process.env.CHAOS_SEED || randomInt(2 ** 32));
/** `npm run test:chaos -- --without guard`: folds apply again what they cover, and the tests must find out. */
export const GUARDED = process.env.CHAOS_WITHOUT !== 'guard';
