import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { checkAppendCondition, type CheckedCondition } from './check-append-condition.js';
import { checkStream, checkText } from './check-stream.js';
import { checkExpectedSequence, checkTogether, prepareEvents } from './prepare-append.js';
import type { PreparedAppend, PreparedEvents } from './prepare-append.js';
import type { PrepareTools } from './prepare-tools.js';
import type { AppendAllOptions, StreamAppend } from './stream-append.js';

/** Most streams of one append. */
export const MAX_STREAMS_PER_APPEND = 100;

/** An append to several streams of one tenant, in order but for what the store itself can refuse. */
export interface PreparedAppendAll {
  /** At least one; their streams are distinct. */
  readonly parts: readonly PreparedEvents[];
  readonly key?: string;
  readonly condition?: CheckedCondition;
}

/** @throws InvalidTenantError @throws InvalidArgumentError @throws InvalidEventError */
export function prepareAppendAll(
  appends: readonly StreamAppend[],
  options: AppendAllOptions = {},
  tools: PrepareTools,
): PreparedAppendAll {
  if (!Array.isArray(appends) || appends.length === 0 || appends.length > MAX_STREAMS_PER_APPEND) {
    throw new InvalidArgumentError('appends', `must be an array of 1 to ${MAX_STREAMS_PER_APPEND} appends`);
  }
  const { key } = options;
  if (key !== undefined) checkText('options.key', key);
  const condition = checkAppendCondition(options.condition);
  const parts = appends.map((append: StreamAppend, index): PreparedEvents => {
    const field = `appends[${index}]`;
    const { stream, events, expectedSequence = 'any' } = (append ?? {}) as StreamAppend;
    checkExpectedSequence(`${field}.expectedSequence`, expectedSequence);
    return { ...prepareEvents(checkStream(stream), events, `${field}.events`, tools), expectedSequence };
  });
  checkStreams(parts);
  checkTogether(parts, 'appends');
  return { parts, key, condition };
}

/** One append as an append to one stream. */
export function asAppendAll({ key, condition, ...part }: PreparedAppend): PreparedAppendAll {
  return { parts: [part], key, condition };
}

function checkStreams(parts: readonly PreparedEvents[]): void {
  const { tenantId } = parts[0]!.stream;
  const seen = new Set<string>();
  parts.forEach(({ stream }, index) => {
    const field = `appends[${index}].stream`;
    if (stream.tenantId !== tenantId) {
      throw new InvalidArgumentError(`${field}.tenantId`, 'must be the same for all streams of one append');
    }
    const name = encodeKey(stream.aggregateType, stream.aggregateId);
    if (seen.has(name)) throw new InvalidArgumentError(field, 'must not occur twice in one append');
    seen.add(name);
  });
}
