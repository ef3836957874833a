import type { EventRangeJob } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** A stream that a subscription goes along. */
export interface SubscribedStream {
  readonly tenantId: TenantId;
  readonly aggregateType: string;
  readonly id: string;
}

/** The job that tells a subscription a part of a stream. */
export function subscriptionJob(
  component: string,
  { tenantId, aggregateType, id }: SubscribedStream,
  part: Pick<EventRangeJob, 'from' | 'to' | 'events'>,
): StagedJob {
  const lane: Lane = { tenantId, kind: 'subscription', component, aggregateType, id };
  return { lane, job: { kind: 'subscription', aggregateId: id, ...part } };
}
