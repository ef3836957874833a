import { BARRIER_LIBRARY } from './barrier-library.js';
import { ENTRY_LIBRARY } from './entry-library.js';
import { SAVING_LIBRARY } from './saving-library.js';
import { STATE_LIBRARY } from './state-library.js';
import { TIMING_LIBRARY } from './timing-library.js';
import { TRIES_LIBRARY } from './tries-library.js';

/** Lua: stands before each script that changes lanes. */
export const LANE_LIBRARY =
  STATE_LIBRARY + TRIES_LIBRARY + SAVING_LIBRARY + BARRIER_LIBRARY + ENTRY_LIBRARY + TIMING_LIBRARY;
