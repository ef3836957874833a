import { encodeKey } from '../tenancy/encode-key.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** What a checkpoint is of. @publicApi */
export interface CheckpointParts {
  readonly tenantId: TenantId;
  readonly pipelineName: string;
  /** Name of the event handler or projection. */
  readonly processorName: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
}

/** How far an event handler, or a projection, has come in one aggregate. @publicApi */
export interface Checkpoint {
  /** See `checkpointKey()`. */
  readonly key: string;
  /** Up to which sequence everything is processed; 0 before the first event. */
  readonly sequence: number;
}

/**
 * Names a checkpoint, one for each aggregate: `tenantId:pipelineName:processorName:aggregateType:aggregateId`. What is no plain
 * text in a part, such as `:`, is percent-encoded, so that no two checkpoints have one key.
 *
 * @publicApi
 */
export function checkpointKey(parts: CheckpointParts): string {
  const { tenantId, pipelineName, processorName, aggregateType, aggregateId } = parts;
  return encodeKey(tenantId, pipelineName, processorName, aggregateType, aggregateId);
}
