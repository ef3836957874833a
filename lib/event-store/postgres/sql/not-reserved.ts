/** Of no stream of our own (`isReserved`): written so that it draws no plan towards another index. */
export const NOT_RESERVED = `left(e.aggregate_type, 1) <> '$'`;
