import { ENTRY_LIBRARY } from './entry-library.js';
import { STATE_LIBRARY } from './state-library.js';

/** Lua: stands before each script that changes lanes. */
export const LANE_LIBRARY = STATE_LIBRARY + ENTRY_LIBRARY;
