import { describe, expect, it } from 'vitest';
import { decodeToken } from '../../../lib/consistency/token-codec.js';
import { type ConsistencySource, consistencyToken, createTenantId, type StoredReceipt } from '../../../lib/index.js';
import { MAX_ID_BYTES } from '../../../lib/tenancy/text-problem.js';

const tenantId = createTenantId('acme');
const stream = { tenantId, aggregateType: 'counter', aggregateId: 'c1' };
const stored: StoredReceipt = { status: 'stored', commandId: '1', ...stream, eventCount: 3, lastSequence: 7 };
const range = { kind: 'stored', tenantId, stream, firstSequence: 5, lastSequence: 7 };

/** A token that says something else. */
const forged = (parts: unknown): string => `1.${Buffer.from(JSON.stringify(parts)).toString('base64url')}`;

describe('a consistency token', () => {
  it('says what a receipt says, also one that was JSON meanwhile', () => {
    expect(decodeToken(consistencyToken(stored))).toEqual(range);
    expect(decodeToken(consistencyToken(JSON.parse(JSON.stringify(stored)) as StoredReceipt))).toEqual(range);
    const queued = { status: 'queued', commandId: '1', tenantId, receiptId: 'r1' } as const;
    expect(decodeToken(consistencyToken(queued))).toEqual({ kind: 'queued', tenantId, receiptId: 'r1' });
    const eventless = { kind: 'eventless', tenantId };
    expect(decodeToken(consistencyToken({ ...stored, eventCount: 0, lastSequence: null }))).toEqual(eventless);
  });

  it('says what the result of an append says', () => {
    expect(decodeToken(consistencyToken({ stream, firstSequence: 5, lastSequence: 7 }))).toEqual(range);
  });

  it('passes through JSON, URLs and headers as it is, whatever the ids', () => {
    for (const id of ['a,b;c="d" \\é😀%+/', '"'.repeat(MAX_ID_BYTES), '😀'.repeat(MAX_ID_BYTES / 4)]) {
      const source = {
        stream: { tenantId: createTenantId(id), aggregateType: id, aggregateId: id },
        firstSequence: Number.MAX_SAFE_INTEGER - 9_999,
        lastSequence: Number.MAX_SAFE_INTEGER,
      };
      const token = consistencyToken(source);
      expect(token).toMatch(/^[\w.-]+$/);
      expect(encodeURIComponent(token)).toBe(token);
      expect(decodeToken(token)).toEqual({ kind: 'stored', tenantId: id, ...source });
    }
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'stored'],
    ['a receipt without a tenant', { ...stored, tenantId: undefined }],
    ['a receipt without a stream', { ...stored, aggregateType: undefined }],
    ['a rejection', { status: 'rejected', tenantId, commandId: '1' }],
    ['half of a result', { stream, lastSequence: 1 }],
  ])('is not made of %s', (_, source) => {
    expect(() => consistencyToken(source as ConsistencySource)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'source' }),
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty text', ''],
    ['another text', 'hello'],
    ['another format', consistencyToken(stored).replace('1.', '2.')],
    ['half of one', consistencyToken(stored).slice(0, 20)],
    ['one with a space', `${consistencyToken(stored)} `],
    ['a very long text', `1.${'a'.repeat(10_000)}`],
    ['no JSON', `1.${Buffer.from('{').toString('base64url')}`],
    ['no list', forged({ tenantId })],
    ['null', forged(null)],
    ['another kind', forged(['x', tenantId])],
    ['no tenant', forged(['e', ''])],
    ['a tenant that is none', forged(['s', 5, 't', 'a', 1, 1])],
    ['no aggregate', forged(['s', tenantId, 't', '', 1, 1])],
    ['too few parts', forged(['s', tenantId, 't', 'a', 1])],
    ['too many parts', forged(['q', tenantId, 'r', 'more'])],
    ['a sequence below 1', forged(['s', tenantId, 't', 'a', 0, 1])],
    ['a range that ends before it begins', forged(['s', tenantId, 't', 'a', 2, 1])],
    ['about too many events', forged(['s', tenantId, 't', 'a', 1, 100_001])],
    ['a sequence as text', forged(['s', tenantId, 't', 'a', 1, '1'])],
    ['a sequence beyond what numbers can say', forged(['s', tenantId, 't', 'a', 1, 2 ** 53])],
  ])('is not %s', (_, text) => {
    expect(() => decodeToken(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONSISTENCY_TOKEN', kind: 'permanent' }),
    );
  });
});
