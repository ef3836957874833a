import { DomainEvent } from '../../../lib/events/domain-event.decorator.js';
import type { RecordedEvent } from '../../../lib/events/recorded-event.js';
import type { StoredEvent } from '../../../lib/events/stored-event.js';
import type { FoldDefinition } from '../../../lib/projections/fold-definition.js';
import type { FoldHandler } from '../../../lib/projections/fold-handler.js';
import type { EventRangeJob } from '../../../lib/queue/job.js';
import type { Lane } from '../../../lib/queue/lane.js';
import type { StagedJob } from '../../../lib/queue/staged-job.js';
import { benchEvent } from '../queue/bench-event.js';

interface Happenings {
  readonly count: number;
  readonly prices: number;
  readonly byTag: Readonly<Record<string, number>>;
  readonly text: string;
}

/** What `benchEvent` gives: about 1 KB as JSON. */
@DomainEvent('bench.happened')
export class Happened {
  readonly text!: string;
  readonly price!: number;
  readonly tags!: readonly string[];
}

/** A state of about 1 KB. */
class Counting implements FoldHandler<Happenings> {
  init(): Happenings {
    return { count: 0, prices: 0, byTag: {}, text: '' };
  }

  apply(state: Happenings, { data }: RecordedEvent): Happenings {
    const { text, price, tags } = data as Happened;
    const byTag = { ...state.byTag };
    for (const tag of tags) byTag[tag] = (byTag[tag] ?? 0) + 1;
    return { count: state.count + 1, prices: state.prices + price, byTag, text };
  }
}

const handler = new Counting();

export const BENCH_FOLD: FoldDefinition = {
  kind: 'fold',
  component: 'counting@1',
  name: 'counting',
  version: 1,
  aggregateType: 'bench',
  projectionClass: Counting,
  types: new Set(['bench.happened']),
  methods: new Map(),
  options: { name: 'counting' },
  handler: { name: 'Counting', resolve: () => handler },
};

/** One appended event on its way to the fold. */
export function benchJob(aggregate: number, sequence: number, tenant: string): StagedJob & { job: EventRangeJob } {
  const event: StoredEvent = benchEvent(aggregate, sequence, tenant);
  const { tenantId, aggregateType, aggregateId } = event;
  const lane: Lane = { tenantId, kind: 'fold', component: BENCH_FOLD.component, aggregateType, id: aggregateId };
  return { lane, job: { kind: 'fold', aggregateId, from: sequence, to: sequence, events: [event] } };
}
