import { defineScript } from '../../../redis/redis-script.js';
import { ROUTES_LIBRARY } from './routes-library.js';

/**
 * KEYS[1] prefix
 * Answer  the revision, or '' where there are no routes; the routes; since when each is live
 */
export const LIVE_ROUTES = defineScript(
  'live-routes',
  `#!lua flags=allow-oom
${ROUTES_LIBRARY}
return saveRevision()
`,
);
