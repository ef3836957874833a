import type { CommandReceipt } from '../commands/command-receipt.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { ConsistencyToken } from './consistency-token.js';
import { encodeToken } from './token-codec.js';
import type { TokenContent } from './token-content.js';

/** What a token can be made of: a receipt, or the result of an append. @publicApi */
export type ConsistencySource = CommandReceipt | Pick<AppendResult, 'stream' | 'firstSequence' | 'lastSequence'>;

/**
 * The token of what a command or an append stored, or of a command that is queued. A receipt may have been JSON meanwhile.
 *
 *     const token = consistencyToken(await commandBus.execute(new RecordSpan(…)));
 *
 * @throws InvalidArgumentError for anything else
 * @publicApi
 */
export function consistencyToken(source: ConsistencySource): ConsistencyToken {
  const content = contentOf(source);
  if (!content) throw new InvalidArgumentError('source', 'must be a receipt of a command or the result of an append');
  return encodeToken(content);
}

/** `undefined` for what leads to no token. */
export function contentOf(source: unknown): TokenContent | undefined {
  if (typeof source !== 'object' || source === null) return undefined;
  return contentOfResult(source) ?? contentOfReceipt(source);
}

function contentOfResult(source: Partial<AppendResult>): TokenContent | undefined {
  const { stream, firstSequence, lastSequence } = source;
  if (!stream || firstSequence === undefined || lastSequence === undefined) return undefined;
  return { kind: 'stored', tenantId: stream.tenantId, stream, firstSequence, lastSequence };
}

function contentOfReceipt(source: Partial<CommandReceipt>): TokenContent | undefined {
  const { status, tenantId } = source;
  if (tenantId === undefined) return undefined;
  if (status === 'queued' && source.receiptId !== undefined) {
    return { kind: 'queued', tenantId, receiptId: source.receiptId };
  }
  if (status !== 'stored') return undefined;
  const { aggregateType, aggregateId, eventCount, lastSequence } = source;
  if (lastSequence === null || eventCount === 0) return { kind: 'eventless', tenantId };
  if (aggregateType === undefined || aggregateId === undefined || eventCount === undefined) return undefined;
  if (lastSequence === undefined) return undefined;
  const stream = { tenantId, aggregateType, aggregateId };
  return { kind: 'stored', tenantId, stream, firstSequence: lastSequence - eventCount + 1, lastSequence };
}
