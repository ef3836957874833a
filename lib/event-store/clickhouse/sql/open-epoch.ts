/** Params: `epoch` UInt64, `writer` String. */
export const OPEN_EPOCH = `
INSERT INTO arbiter_epochs (epoch, writer, opened_at)
SELECT {epoch:UInt64}, {writer:String}, now64(3)`;
