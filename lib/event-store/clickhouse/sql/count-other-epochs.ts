/** How many epochs there are beside this one. Params: `epoch` UInt64. */
export const COUNT_OTHER_EPOCHS = `
SELECT count() AS others
FROM arbiter_epochs
WHERE epoch != {epoch:UInt64}`;
