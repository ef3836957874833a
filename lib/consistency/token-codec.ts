import { integerProblem } from '../errors/integer-problem.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { ConsistencyToken } from './consistency-token.js';
import { InvalidConsistencyTokenError } from './invalid-consistency-token.error.js';
import { MAX_RANGE_EVENTS, type TokenContent } from './token-content.js';

/** The format, and a JSON array as base64url: `s` stored, `q` queued, `e` eventless, the tenant, and what else there is. */
const TOKEN = /^1\.[\w-]+$/;
/** More than three ids of the longest kind, each character of them escaped, ever take. */
const MAX_TOKEN_CHARS = 8_192;

export function encodeToken(content: TokenContent): ConsistencyToken {
  const json = JSON.stringify(toParts(content));
  return `1.${Buffer.from(json).toString('base64url')}` as ConsistencyToken;
}

/** @throws InvalidConsistencyTokenError */
export function decodeToken(token: unknown): TokenContent {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_CHARS || !TOKEN.test(token)) {
    throw new InvalidConsistencyTokenError();
  }
  try {
    return fromParts(JSON.parse(Buffer.from(token.slice(2), 'base64url').toString()));
  } catch {
    throw new InvalidConsistencyTokenError();
  }
}

function toParts(content: TokenContent): readonly unknown[] {
  switch (content.kind) {
    case 'stored': {
      const { stream, firstSequence, lastSequence } = content;
      return ['s', stream.tenantId, stream.aggregateType, stream.aggregateId, firstSequence, lastSequence];
    }
    case 'queued':
      return ['q', content.tenantId, content.receiptId];
    case 'eventless':
      return ['e', content.tenantId];
  }
}

function fromParts(parts: unknown): TokenContent {
  if (!Array.isArray(parts)) throw new InvalidConsistencyTokenError();
  const [kind, tenant, ...rest] = parts as readonly unknown[];
  const tenantId = createTenantId(tenant);
  if (kind === 's' && rest.length === 4) {
    const [aggregateType, aggregateId] = [text(rest[0]), text(rest[1])];
    const firstSequence = sequence(rest[2], 1, Number.MAX_SAFE_INTEGER);
    const lastSequence = sequence(rest[3], firstSequence, firstSequence + MAX_RANGE_EVENTS - 1);
    return { kind: 'stored', tenantId, stream: { tenantId, aggregateType, aggregateId }, firstSequence, lastSequence };
  }
  if (kind === 'q' && rest.length === 1) return { kind: 'queued', tenantId, receiptId: text(rest[0]) };
  if (kind === 'e' && rest.length === 0) return { kind: 'eventless', tenantId };
  throw new InvalidConsistencyTokenError();
}

function text(value: unknown): string {
  if (textProblem(value) !== null) throw new InvalidConsistencyTokenError();
  return value as string;
}

function sequence(value: unknown, least: number, most: number): number {
  if (integerProblem(value, least, most) !== null) throw new InvalidConsistencyTokenError();
  return value as number;
}
