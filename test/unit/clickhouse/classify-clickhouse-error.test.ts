import { describe, expect, it } from 'vitest';
import { ClickHouseError } from '@clickhouse/client';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import { ClickHouseBusyError } from '../../../lib/clickhouse/clickhouse-busy.error.js';
import { classifyClickHouseError } from '../../../lib/clickhouse/classify-clickhouse-error.js';
import { MissingSummaryError } from '../../../lib/clickhouse/missing-summary.error.js';

const system = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall });
const server = (code: string, message = 'x') => new ClickHouseError({ code, type: 'T', message });

describe('classifyClickHouseError', () => {
  it.each([
    ['connection refused', system('ECONNREFUSED', 'connect')],
    ['unknown host', system('ENOTFOUND', 'getaddrinfo')],
    ['name server away', system('EAI_AGAIN', 'getaddrinfo')],
    ['no answer to the connection', system('ETIMEDOUT', 'connect')],
    [
      'all addresses refused',
      Object.assign(new AggregateError([system('ECONNREFUSED', 'connect'), system('ETIMEDOUT', 'connect')]), {
        code: 'ECONNREFUSED',
      }),
    ],
    ['too many queries', server('202')],
    ['the limiter', new ClickHouseBusyError('x')],
    ['a closed connection', new ClosedError('x')],
  ])('takes %s as refused', (_, error) => {
    expect(classifyClickHouseError(error)).toBe('refused');
  });

  it.each([
    ['a reset connection', system('ECONNRESET', 'read')],
    ['a reset without system call', system('ECONNRESET')],
    ['a broken pipe', system('EPIPE', 'write')],
    ['a time-out on an open connection', system('ETIMEDOUT', 'read')],
    ['an unreachable host on an open connection', system('EHOSTUNREACH', 'read')],
    [
      'one address that did connect',
      Object.assign(new AggregateError([system('ECONNREFUSED', 'connect'), system('ECONNRESET', 'read')]), {
        code: 'ECONNRESET',
      }),
    ],
    ['the time-out of the client', new Error('Timeout error.')],
    ['a page of a proxy', new Error('<html>502 Bad Gateway</html>')],
    ['UNKNOWN_STATUS_OF_INSERT', server('319')],
    ['TIMEOUT_EXCEEDED', server('159')],
    ['SOCKET_TIMEOUT', server('209')],
    ['NETWORK_ERROR', server('210')],
    ['QUERY_WAS_CANCELLED', server('394')],
    ['KEEPER_EXCEPTION', server('999')],
    ['a code that is in no list', server('123456')],
    ['an insert without a summary', new MissingSummaryError()],
    ['something that is no error', 'oops'],
  ])('takes %s as unknown', (_, error) => {
    expect(classifyClickHouseError(error)).toBe('unknown');
  });

  it.each([
    ['TOO_MANY_PARTS', '252'],
    ['TABLE_IS_READ_ONLY', '242'],
    ['MEMORY_LIMIT_EXCEEDED', '241'],
  ])('takes %s as transient', (_, code) => {
    expect(classifyClickHouseError(server(code))).toBe('transient');
  });

  it.each([
    ['SYNTAX_ERROR', server('62')],
    ['UNKNOWN_TABLE', server('60')],
    ['AUTHENTICATION_FAILED', server('516')],
    ['our own validation', new InvalidArgumentError('a', 'b')],
  ])('takes %s as permanent', (_, error) => {
    expect(classifyClickHouseError(error)).toBe('permanent');
  });

  it('does not look at the words of a message, which repeat the statement', () => {
    expect(classifyClickHouseError(server('62', "SELECT 'timeout ECONNREFUSED Code: 202'"))).toBe('permanent');
    expect(classifyClickHouseError(server('252', 'Timeout error.'))).toBe('transient');
  });

  it('knows an error of another copy of the client', () => {
    class ClickHouseErrorOfAnotherCopy extends Error {
      constructor(readonly code: string) {
        super('x');
      }
    }
    expect(classifyClickHouseError(new ClickHouseErrorOfAnotherCopy('252'))).toBe('transient');
  });
});
