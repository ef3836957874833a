/** The tenant whose jobs are watched. */
export const QUIET_TENANT = 'quiet';
