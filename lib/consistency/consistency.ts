import { decodeOutcome } from '../commands/outcome-codec.js';
import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import { integerProblem } from '../errors/integer-problem.js';
import type { FoldDefinition } from '../projections/fold-definition.js';
import type { MapDefinition } from '../projections/map-definition.js';
import type { FoldReference, MapReference } from '../projections/projection-class.js';
import type { ProjectionRegistry } from '../projections/projection-registry.js';
import type { GroupQueue } from '../queue/group-queue.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { AppliedOptions } from './applied-options.js';
import type { ConsistencyResult } from './consistency-result.js';
import type { ConsistencyToken } from './consistency-token.js';
import { contentOf } from './create-consistency-token.js';
import { Deadline } from './deadline.js';
import { InvalidConsistencyTokenError } from './invalid-consistency-token.error.js';
import type { ProjectionWait } from './projection-wait.js';
import { decodeToken } from './token-codec.js';
import type { StreamRange, TokenContent } from './token-content.js';
import { TooManyWaitsError } from './too-many-waits.error.js';

/** Callers of one process that may wait at a time. */
const MAX_WAITS = 10_000;

/** How each kind of projection is waited for. */
export interface ProjectionWaits {
  readonly fold: ProjectionWait<FoldDefinition>;
  readonly keyedFold: ProjectionWait<FoldDefinition>;
  readonly map: ProjectionWait<MapDefinition>;
}

/**
 * Read your own write: waits until a projection has what a command or an append stored, in any process and role. Injectable.
 *
 *     const token = consistencyToken(await commandBus.execute(new RecordSpan(…)));
 *     const { status } = await consistency.applied(token, TraceSummary, { timeoutMs: 2_000 });
 *
 * Do not wait in a command handler or a projection: it may be its own lane that is waited for.
 *
 * @publicApi
 */
export class Consistency {
  private waiting = 0;

  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly waits: ProjectionWaits,
    private readonly queue: GroupQueue,
    private readonly defaultTimeoutMs: number,
  ) {}

  /**
   * Waits until reads of the projection show what the token names. A command that was rejected, failed or stored nothing
   * is answered as soon as that is known; a wait that ends without an answer is one, too (`timed-out`).
   *
   * Of an event that the projection does not list, and of an aggregate that it does not read, there is nothing to wait for:
   * that is `applied`. So is an event that an operator let the projection skip. A list of a projection that is being built
   * (`complete: false`) may lack it all the same.
   *
   * @param projection a fold or a map, by its class or its name
   * @throws InvalidConsistencyTokenError for what is no token of the tenant
   * @throws UnknownProjectionError, InvalidArgumentError, TooManyWaitsError
   * @throws StoreUnavailableError, QueueUnavailableError
   */
  async applied(
    token: ConsistencyToken,
    projection: FoldReference<unknown> | MapReference<unknown>,
    options: AppliedOptions = {},
  ): Promise<ConsistencyResult> {
    const { timeoutMs = this.defaultTimeoutMs, tenantId = TenantContext.current()?.tenantId } = options;
    const problem = integerProblem(timeoutMs, 0);
    if (problem !== null) throw new InvalidArgumentError('options.timeoutMs', problem);
    const definition = this.registry.foldOrMap(projection);
    const content = decodeToken(token);
    if (tenantId !== undefined && content.tenantId !== tenantId) throw new InvalidConsistencyTokenError();
    if (this.waiting >= MAX_WAITS) throw new TooManyWaitsError(MAX_WAITS);
    this.waiting += 1;
    try {
      return await this.wait(content, definition, new Deadline(timeoutMs));
    } finally {
      this.waiting -= 1;
    }
  }

  private async wait(
    content: TokenContent,
    projection: FoldDefinition | MapDefinition,
    deadline: Deadline,
  ): Promise<ConsistencyResult> {
    switch (content.kind) {
      case 'eventless':
        return { status: 'eventless' };
      case 'stored':
        return this.untilApplied(content, projection, deadline);
      case 'queued': {
        const { tenantId, receiptId } = content;
        const { leftMs } = deadline;
        const value = await (leftMs > 0
          ? this.queue.awaitAnswer(tenantId, receiptId, leftMs)
          : this.queue.answer(tenantId, receiptId));
        if (value === undefined) return { status: 'timed-out', awaiting: 'outcome' };
        const outcome = decodeOutcome(value);
        if (outcome.status !== 'stored') return outcome;
        return this.wait(contentOf(outcome)!, projection, deadline);
      }
    }
  }

  private async untilApplied(
    range: StreamRange,
    projection: FoldDefinition | MapDefinition,
    deadline: Deadline,
  ): Promise<ConsistencyResult> {
    const { fold, keyedFold, map } = this.waits;
    let isApplied: boolean;
    if (projection.kind === 'map') isApplied = await map.untilApplied(projection, range, deadline);
    else isApplied = await (projection.sources ? keyedFold : fold).untilApplied(projection, range, deadline);
    if (!isApplied) return { status: 'timed-out', awaiting: 'projection' };
    return { status: 'applied', sequence: range.lastSequence };
  }
}
