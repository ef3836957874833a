import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { asRead } from '../aggregates/as-read.js';
import { domainEventMetadata } from '../events/domain-event.decorator.js';
import type { EventId } from '../events/event-id.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { decide } from '../processes/decide.js';
import type { ProcessDefinition } from '../processes/process-definition.js';
import type { ProcessEntry } from '../processes/process-entry.js';
import type { ProcessHandler } from '../processes/process-handler.js';
import { processMethods } from '../processes/process-methods.js';
import { type DecidedCommand, type DecisionData, NO_DECISION } from '../processes/stream/decision.event.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { asJson } from './as-json.js';
import { ProcessExpectation } from './process-expectation.js';
import { type Told, ToldRejection, ToldWakeUp } from './told.js';

const DEFAULT_TIME_MS = 1_700_000_000_000;

/** @publicApi */
export interface ProcessSpecificationOptions {
  /** @default 'specified' */
  readonly processId?: string;
  /** When it begins; milliseconds since the epoch. @default 1_700_000_000_000 */
  readonly time?: number;
}

/** @publicApi */
export interface ProcessGiven<S> {
  /** What it was told already. */
  given(...told: readonly Told[]): { when(told: Told): ProcessExpectation<S> };
}

/**
 * Given, when, then for a process manager:
 *
 * ```ts
 * specifyProcess(new OrderPayment(), { processId: 'o1' })
 *   .given(OrderPlaced.of(100))
 *   .when(wakeUp('remind'))
 *   .thenSends(Remind.of('o1', 1))
 *   .thenSchedules('remind', { afterMs: DAY_MS });
 * ```
 *
 * Each wake-up comes at the time for which it is scheduled. The `key` of events is not asked.
 *
 * @publicApi
 */
export function specifyProcess<S>(
  handler: ProcessHandler<S>,
  options: ProcessSpecificationOptions = {},
): ProcessGiven<S> {
  return {
    given: (...given) => ({
      when: (told) => {
        const process = new SpecifiedProcess(handler, options);
        for (const one of given) process.tell(one);
        return process.expect(told);
      },
    }),
  };
}

/** One process, without a store. */
class SpecifiedProcess {
  private readonly process: Pick<ProcessDefinition, 'name' | 'events' | 'wakeUps' | 'rejections' | 'options'>;
  private readonly tenantId = createTenantId('specified');
  private readonly processId: string;
  private now: number;
  private sequence = 0;
  private decision: DecisionData = NO_DECISION;
  /** What was sent, by the decision that sent it. */
  private readonly sent = new Map<number, object[]>();

  constructor(
    private readonly handler: ProcessHandler<unknown>,
    { processId = 'specified', time = DEFAULT_TIME_MS }: ProcessSpecificationOptions,
  ) {
    const { name } = handler.constructor;
    this.process = { name, options: { name }, ...processMethods(handler.constructor) };
    this.processId = processId;
    this.now = time;
  }

  tell(told: Told): void {
    const sequence = this.sequence + 1;
    const entry = this.entry(told, sequence);
    const sent: object[] = [];
    const point = { tenantId: this.tenantId, processId: this.processId, sequence, now: this.now, metadata: {} };
    this.decision = decide(this.process, this.decision, entry, point, {
      handler: this.handler,
      encode: (command) => encode(command, sent),
      rejectionOf: ({ outcome: { decision, index, refusal: of } }) =>
        of === null ? undefined : { ...of, commandId: 'specified', command: this.sent.get(decision)![index]! },
    });
    this.sent.set(sequence, sent);
    this.sequence = sequence;
  }

  expect<S>(told: Told): ProcessExpectation<S> {
    const before = this.decision;
    const now = this.timeOf(told);
    try {
      this.tell(told);
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      return new ProcessExpectation<S>({ error });
    }
    const sequence = this.sequence;
    return new ProcessExpectation<S>({ before, after: this.decision, sequence, now, sent: this.sent.get(sequence)! });
  }

  private entry(told: Told, sequence: number): ProcessEntry {
    this.now = this.timeOf(told);
    const at = { sequence, id: `specified-${sequence}`, metadata: {} };
    if (told instanceof ToldWakeUp) {
      return { ...at, kind: 'wake-up', wakeUp: told.name, since: this.decision.wakeUps[told.name]!.since };
    }
    if (told instanceof ToldRejection) return { ...at, kind: 'outcome', outcome: this.outcome(told) };
    return { ...at, kind: 'event', event: this.event(told, sequence) };
  }

  private timeOf(told: Told): number {
    if (!(told instanceof ToldWakeUp)) return this.now;
    const scheduled = this.decision.wakeUps[told.name];
    if (!scheduled) throw new AssertionError({ message: `The wake-up '${told.name}' is not scheduled.` });
    return Math.max(this.now, scheduled.dueAt);
  }

  /** The first command that looks so and whose outcome is not known. */
  private outcome({ command, refusal: of }: ToldRejection): Extract<ProcessEntry, { kind: 'outcome' }>['outcome'] {
    for (const [decision, indexes] of Object.entries(this.decision.awaiting)) {
      for (const index of indexes) {
        const sent = this.sent.get(Number(decision))![index]!;
        const isIt = sent.constructor === command.constructor && isDeepStrictEqual(asJson(sent), asJson(command));
        if (isIt) return { decision: Number(decision), index, refusal: of };
      }
    }
    throw new AssertionError({ message: `${command.constructor.name} was not sent, or its outcome is known.` });
  }

  private event(data: object, sequence: number): RecordedEvent {
    const { type, version } = domainEventMetadata(data.constructor) ?? {};
    if (type === undefined) throw new AssertionError({ message: `${data.constructor.name} is no event.` });
    const { tenantId, processId: aggregateId } = this;
    const [occurredAt, recordedAt] = [new Date(this.now), new Date(this.now)];
    const stream = { tenantId, aggregateType: 'specified', aggregateId, sequence };
    const id = `specified-${sequence}` as EventId;
    return {
      ...stream,
      id,
      type,
      version: version!,
      data: asRead(data),
      tags: [],
      metadata: {},
      occurredAt,
      recordedAt,
    };
  }
}

function encode(command: object, sent: object[]): DecidedCommand {
  sent.push(command);
  const ids = { commandId: 'specified', receiptId: 'specified', aggregateId: 'specified' };
  return { ...ids, type: command.constructor.name, pipeline: '', aggregateType: '', data: null, awaited: false };
}
