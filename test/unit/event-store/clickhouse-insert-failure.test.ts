import { expect, test } from 'vitest';
import { ClickHouseBusyError } from '../../../lib/clickhouse/clickhouse-busy.error.js';
import { MissingSummaryError } from '../../../lib/clickhouse/missing-summary.error.js';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { insertFailure } from '../../../lib/event-store/clickhouse/insert-failure.js';

function failure(fields: object): unknown {
  return Object.assign(new Error('x'), fields);
}

test('only what certainly came before the insert counts as refused', () => {
  const cases: [unknown, string][] = [
    [failure({ code: 'ECONNREFUSED', syscall: 'connect' }), 'refused-for-now'],
    [failure({ code: '202' }), 'refused-for-now'],
    [failure({ code: '252' }), 'refused-for-now'],
    [new ClickHouseBusyError('x'), 'refused-for-now'],
    [new ClosedError('x'), 'refused-for-now'],
    [failure({ code: '60' }), 'refused-for-good'],
    [failure({ code: '516' }), 'refused-for-good'],
    [failure({ code: '241' }), 'unknown'],
    [failure({ code: '159' }), 'unknown'],
    [failure({ code: '209' }), 'unknown'],
    [failure({ code: 'ECONNRESET', syscall: 'read' }), 'unknown'],
    [failure({ code: 'EPIPE', syscall: 'write' }), 'unknown'],
    [new Error('Timeout error.'), 'unknown'],
    [new MissingSummaryError(), 'unknown'],
    [undefined, 'unknown'],
  ];
  for (const [error, expected] of cases) expect(insertFailure(error), String(error)).toBe(expected);
});
