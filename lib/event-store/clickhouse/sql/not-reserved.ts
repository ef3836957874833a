/** Of no stream of our own (`isReserved`): as bounds, which the sorting key can use. */
export const NOT_RESERVED = `(aggregate_type < '$' OR aggregate_type >= '%')`;
