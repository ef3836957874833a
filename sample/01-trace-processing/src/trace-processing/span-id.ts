/** 16 lower-case hexadecimal digits. */
export const SPAN_ID = /^[0-9a-f]{16}$/;

/** 32 lower-case hexadecimal digits. */
export const TRACE_ID = /^[0-9a-f]{32}$/;

export const TRACE_ID_RULE = 'must be 32 hexadecimal digits';
