import type { FoldInput } from '../projections/fold-input.js';
import { inTime } from '../queue/in-time.js';
import type { EventRangeJob } from '../queue/job.js';
import type { LaneBatch } from '../queue/lane-batch.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import { DEFAULT_SUBSCRIPTION_TIMEOUT_MS } from './event-subscription.decorator.js';
import type { SubscriptionDefinition } from './subscription-definition.js';
import type { SubscriptionContext } from './subscription-handler.js';

/** How long a call that was aborted may take to end. No option: who heeds the signal ends at once, and `timeoutMs` is the bound. */
const ABORT_GRACE_MS = 5_000;

/**
 * Tells a subscription some events of one stream. A single event also brings its correlation, user and trace along, as
 * the context of whatever the handler does; events of a batch may come from anywhere.
 *
 * @throws HandlerTimeoutError, the reason of the abort, and what the handler throws
 */
export async function callSubscription(
  { handler, options }: SubscriptionDefinition,
  { lane: { tenantId, id: partition }, abort: outside }: LaneBatch<EventRangeJob>,
  inputs: readonly FoldInput[],
  attempt: number,
): Promise<void> {
  const bounds = {
    timeoutMs: options.timeoutMs ?? DEFAULT_SUBSCRIPTION_TIMEOUT_MS,
    graceMs: ABORT_GRACE_MS,
    abort: outside,
  };
  const events = inputs.map(({ event }) => event);
  const [only] = events.length === 1 ? events : [];
  const ambient = { ...only?.metadata, tenantId, ...(only && { causationId: only.id }) };
  await inTime(handler.name, bounds, (abort) =>
    TenantContext.run(ambient, async () => {
      const context: SubscriptionContext = {
        tenantId,
        partition,
        attempt,
        get signal() {
          return abort.signal;
        },
      };
      await (await handler.resolve()).handle(events, context);
    }),
  );
}
