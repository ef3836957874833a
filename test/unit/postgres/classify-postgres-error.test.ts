import { expect, it } from 'vitest';
import { ClosedError } from '../../../lib/errors/closed.error.js';
import { InvalidArgumentError } from '../../../lib/errors/invalid-argument.error.js';
import { classifyPostgresError } from '../../../lib/postgres/classify-postgres-error.js';
import { PostgresUnreachableError } from '../../../lib/postgres/postgres-unreachable.error.js';

const serverError = (code: string, severity = 'ERROR') => Object.assign(new Error('x'), { code, severity });

it.each([
  ['40001', 'transient'],
  ['40003', 'unknown'],
  ['08007', 'unknown'],
  ['25006', 'transient'],
  ['53300', 'transient'],
  ['57014', 'transient'],
  ['55P03', 'transient'],
  ['XX000', 'transient'],
  ['23505', 'permanent'],
  ['42P01', 'permanent'],
  ['22P05', 'permanent'],
] as const)('takes SQLSTATE %s as %s', (code, expected) => {
  expect(classifyPostgresError(serverError(code))).toBe(expected);
});

it.each(['FATAL', 'PANIC', 'WARNING', undefined])('takes a connection ended with %s for unknown', (severity) => {
  for (const code of ['57P01', '42P01']) {
    expect(classifyPostgresError(Object.assign(new Error('x'), { code, severity }))).toBe('unknown');
  }
});

it.each([
  new Error('Connection terminated unexpectedly'),
  new Error('Query read timeout'),
  Object.assign(new Error('x'), { code: 'ECONNRESET', syscall: 'read' }),
  Object.assign(new Error('x'), { code: 'EPIPE', syscall: 'write' }),
  'text',
  undefined,
])('takes %s for unknown', (error) => {
  expect(classifyPostgresError(error)).toBe('unknown');
});

it('knows what was not sent, and what was wrong before it was', () => {
  expect(classifyPostgresError(new ClosedError('x'))).toBe('refused');
  expect(classifyPostgresError(new PostgresUnreachableError('x'))).toBe('refused');
  expect(classifyPostgresError(new InvalidArgumentError('x', 'y'))).toBe('permanent');
});
