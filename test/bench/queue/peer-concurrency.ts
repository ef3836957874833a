/** Jobs that a peer runs at a time; more made none of them faster. */
export const PEER_CONCURRENCY = 50;
