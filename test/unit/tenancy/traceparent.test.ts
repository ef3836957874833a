import { describe, expect, it } from 'vitest';
import { traceparentOf } from '../../../lib/tenancy/http/traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-00`, `cc-${TRACE}-${PARENT}-01-what-comes`])(
    'takes %s',
    (header) => expect(traceparentOf(header)).toBe(header),
  );

  it.each([
    ['none', undefined],
    ['several', [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01`]],
    ['an empty one', ''],
    ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['more than version 00 has', `00-${TRACE}-${PARENT}-01-x`],
    ['less than there must be', `00-${TRACE}-${PARENT}`],
    ['what never ends', `cc-${TRACE}-${PARENT}-01-${'x'.repeat(1_000)}`],
  ])('leaves out %s', (_, header) => expect(traceparentOf(header)).toBeUndefined());
});
