import type { EventMetadata } from '../events/event-metadata.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** An event as `storeEvents()` takes it. @publicApi */
export interface PipelineEvent {
  /** Any text; events of one call that is repeated with the same ids are stored once. @default a new one */
  readonly id?: string;
  readonly aggregateId: string;
  readonly tenantId: TenantId;
  /** When it occurred; milliseconds since the epoch. */
  readonly timestamp: number;
  /** Of a `@DomainEvent` class that the pipeline declares. */
  readonly type: string;
  /** The properties of that class. */
  readonly data: object;
  readonly metadata?: EventMetadata;
}

/** Whose events or projections are meant. @publicApi */
export interface PipelineContext {
  readonly tenantId: TenantId;
}

/** Whose events are meant, and from when on. @publicApi */
export interface EventsByTypeContext extends PipelineContext {
  /** Only events that were recorded after this time; milliseconds since the epoch. @default from the beginning */
  readonly fromTimestamp?: number;
}
