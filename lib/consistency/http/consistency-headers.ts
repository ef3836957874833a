/** Request and response header with consistency tokens, several of them apart by commas. @publicApi */
export const CONSISTENCY_TOKEN_HEADER = 'Consistency-Token';

/**
 * Response header that says what became of a wait: `applied`, `eventless`, `rejected`, `failed` or `timed-out`; of several
 * tokens or projections, what is the furthest from `applied` in this order.
 *
 * @publicApi
 */
export const CONSISTENCY_STATUS_HEADER = 'Consistency-Status';
