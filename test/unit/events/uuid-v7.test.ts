import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uuidV7 } from '../../../lib/events/uuid-v7.js';

const MAX_TIME_MS = 2 ** 48 - 1;
const time = fc.integer({ min: 0, max: MAX_TIME_MS });
const entropy = fc.uint8Array({ minLength: 10, maxLength: 10 });

test('is laid out as RFC 9562 says', () => {
  // Appendix A.6 of the RFC.
  const example = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(uuidV7(0x017f22e279b0, example)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('has version 7 and the variant of the RFC, whatever the entropy', () => {
  fc.assert(
    fc.property(time, entropy, (timeMs, bytes) => {
      const id = uuidV7(timeMs, bytes);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(timeMs);
    }),
  );
});

test('keeps every bit of entropy that version and variant leave', () => {
  fc.assert(
    fc.property(time, entropy, entropy, (timeMs, a, b) => {
      const free = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
      const masked = (bytes: Uint8Array): string => {
        const copy = Uint8Array.from(bytes);
        copy[0]! &= 0x0f;
        copy[2]! &= 0x3f;
        return free(copy);
      };
      expect(uuidV7(timeMs, a) === uuidV7(timeMs, b)).toBe(masked(a) === masked(b));
    }),
  );
});

test('sorts by time as text', () => {
  fc.assert(
    fc.property(time, time, entropy, entropy, (a, b, x, y) => {
      if (a !== b) expect(uuidV7(a, x) < uuidV7(b, y)).toBe(a < b);
    }),
  );
});

test('leaves the bytes that it was given as they are', () => {
  const bytes = new Uint8Array(10).fill(255);
  uuidV7(1, bytes);
  expect(bytes).toEqual(new Uint8Array(10).fill(255));
});
