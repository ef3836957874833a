import { describe, expect, it } from 'vitest';
import { formatCents } from '../src/money/format-cents.js';
import { parseCents } from '../src/money/parse-cents.js';

describe('amounts', () => {
  it.each([
    ['0', 0],
    ['12', 1_200],
    ['12.5', 1_250],
    [' 12.50 ', 1_250],
    ['0.07', 7],
    ['1,234.56', 123_456],
    ['1,000,000', 100_000_000],
    ['-3.01', -301],
    ['0.29', 29],
    ['1.15', 115],
  ])('are read from "%s"', (text, cents) => {
    expect(parseCents(text)).toBe(cents);
  });

  it.each(['', ' ', 'x', '1.234', '.5', '5.', '1,23', '1e3', '0x10', '1.2.3', '--1', 'NaN', '1 000', '9'.repeat(13)])(
    'are not read from "%s"',
    (text) => {
      expect(parseCents(text)).toBeNull();
    },
  );

  it.each([
    [0, '0.00'],
    [7, '0.07'],
    [1_250, '12.50'],
    [123_456, '1,234.56'],
    [100_000_000, '1,000,000.00'],
    [-301, '-3.01'],
  ])('of %d cents are written', (cents, text) => {
    expect(formatCents(cents)).toBe(text);
  });
});
