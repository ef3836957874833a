import type { IdGenerator } from '../events/id-generator.js';
import type { NewEvent } from '../events/new-event.js';
import type { AppendOptions } from '../event-store/append-options.js';
import type { AppendResult } from '../event-store/append-result.js';
import type { EventStore } from '../event-store/event-store.js';
import type { StreamId } from '../event-store/stream-id.js';
import type { BatchAbort } from '../queue/batch-abort.js';
import type { GroupQueue } from '../queue/group-queue.js';
import { inTime } from '../queue/in-time.js';
import type { CommandJob } from '../queue/job.js';
import type { LaneBatch, LaneOutcome } from '../queue/lane-batch.js';
import { encodeKey } from '../tenancy/encode-key.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { DomainEvents } from './aggregate-command-handler.js';
import type { CommandContext } from './command-context.js';
import type { CommandDefinition } from './command-definition.js';
import { commandKey } from './command-key.js';
import { CommandParkedError } from './command-parked.error.js';
import type { CommandOutcome } from './command-outcome.js';
import { checkDecision } from './check-decision.js';
import type { ConcludedCommands } from './concluded-commands.js';
import { type Decision, isDecision, type WhenStored, whenStored } from './decision.js';
import { finalOutcome } from './final-outcome.js';
import { InvalidDecisionError } from './invalid-decision.error.js';
import type { CommandMiddlewares } from './middleware/command-middlewares.js';
import { decodeOutcome } from './outcome-codec.js';
import { UnknownCommandError } from './unknown-command.error.js';

/** After this time a batch takes no further command, so that those it has done are answered. */
const MAX_BATCH_MS = 1_000;
const DEFAULT_TIMEOUT_MS = 30_000;

/** What became of one command. `appended` is absent when it stored nothing. */
export interface ExecutedCommand {
  readonly outcome: CommandOutcome;
  readonly appended?: AppendResult;
}

/** What a handler decided. */
interface Drafted extends Pick<AppendOptions, 'expectedSequence' | 'condition'> {
  readonly events: readonly NewEvent[];
  readonly whenStored?: WhenStored;
}

export interface ExecutedCommands {
  /** The commands that have an outcome, from the head of the batch on. */
  readonly executed: readonly ExecutedCommand[];
  /** Why the next one has none yet. */
  readonly failure?: LaneOutcome['failure'];
}

/**
 * The back half of a command's way: decide and append, in the order of the aggregate.
 *
 * A command's type and id are the key of its append, so a command that is delivered again is answered with its first
 * result, and its handler does not run again over what it already did.
 */
export class CommandExecutor {
  constructor(
    private readonly commands: ReadonlyMap<string, CommandDefinition>,
    private readonly store: EventStore,
    private readonly ids: IdGenerator,
    private readonly answers: Pick<GroupQueue, 'answer'>,
    private readonly concluded: ConcludedCommands,
    private readonly middlewares: CommandMiddlewares,
  ) {}

  async execute(batch: LaneBatch<CommandJob>): Promise<ExecutedCommands> {
    const { tenantId, aggregateType, id: aggregateId } = batch.lane;
    const stream: StreamId = { tenantId, aggregateType, aggregateId };
    let known: ReadonlyMap<string, AppendResult>;
    try {
      known = await this.store.appended(
        stream,
        batch.jobs.map((job) => commandKey(job)),
      );
    } catch (error) {
      // A stream that cannot be read fails its commands one by one.
      const concluding = async (): Promise<ExecutedCommand> => this.conclude(batch.jobs[0]!, error, batch.attempt);
      const concluded = await inOrder([concluding()]);
      if (concluded.failure && !concluded.failure.park) throw error;
      return concluded;
    }
    const endAt = performance.now() + MAX_BATCH_MS;
    const begun = new Map<string, Promise<ExecutedCommand>>();
    const results: Promise<ExecutedCommand>[] = [];
    for (const [index, job] of batch.jobs.entries()) {
      if (index > 0 && (performance.now() > endAt || batch.abort.reason)) break;
      const attempt = index === 0 ? batch.attempt : 1;
      try {
        const key = commandKey(job);
        const result = begun.get(key) ?? (await this.begin(stream, job, known.get(key), attempt, batch.abort)).result;
        begun.set(key, result);
        results.push(result);
        // Looked at below, in the order of the batch.
        result.catch(() => {});
        // A handler that reads its aggregate must find the events of the commands before it.
        if (this.commands.get(job.type)?.options.stateless !== true) await result;
      } catch (error) {
        const failed = Promise.reject(error);
        failed.catch(() => {});
        results.push(failed);
        break;
      }
    }
    return await inOrder(results);
  }

  /**
   * Resolves once the command is decided, its `result` once its events are stored; rejects when the decision must be
   * repeated. Wrapped in an object, since an async function would wait for a promise that it returns.
   */
  private async begin(
    stream: StreamId,
    job: CommandJob,
    repeated: AppendResult | undefined,
    attempt: number,
    abort: LaneBatch['abort'],
  ): Promise<{ readonly result: Promise<ExecutedCommand> }> {
    if (repeated) return { result: Promise.resolve(stored(stream, job, repeated)) };
    if (job.replyTo) {
      const answered = await this.answered(stream, job);
      if (answered) return { result: Promise.resolve({ outcome: answered }) };
    }
    const definition = this.commands.get(job.type);
    const conclude = (error: unknown): ExecutedCommand => this.conclude(job, error, attempt);
    try {
      if (!definition) throw new UnknownCommandError(job.type);
      const deciding = this.decide(definition, stream, job, attempt, abort);
      const { events, whenStored: follow, ...expected } = deciding instanceof Promise ? await deciding : deciding;
      if (events.length === 0) return { result: Promise.resolve(stored(stream, job, undefined)) };
      const appending = this.store.append(stream, events, { key: commandKey(job), ...expected });
      const result = appending.then(async (appended) => {
        if (!appended.repeated) await follow?.(appended);
        return stored(stream, job, appended);
      }, conclude);
      return { result };
    } catch (error) {
      return { result: Promise.resolve(conclude(error)) };
    }
  }

  /**
   * What became of a command that a process may have sent twice: one that was rejected leaves nothing in the log, and must
   * not be decided anew when its process goes by the rejection. Answers are kept for a while, what the process heard for good.
   */
  private async answered(stream: StreamId, job: CommandJob): Promise<CommandOutcome | undefined> {
    const answer = await this.answers.answer(stream.tenantId, job.receiptId);
    if (answer !== undefined) return decodeOutcome(answer);
    return job.replyTo?.again ? this.concluded.outcomeOf(stream, job) : undefined;
  }

  /** The outcome that an error is. @throws the error while another attempt may help, or CommandParkedError */
  private conclude(job: CommandJob, error: unknown, attempt: number): ExecutedCommand {
    const { maxAttempts, whenExhausted }: Partial<CommandDefinition['options']> =
      this.commands.get(job.type)?.options ?? {};
    const outcome = finalOutcome(job, error, attempt, maxAttempts);
    if (!outcome) throw error;
    if (outcome.status === 'failed' && whenExhausted === 'park') {
      throw new CommandParkedError(job.type, job.commandId, error);
    }
    return { outcome };
  }

  /** At once where the handler answers at once. */
  private decide(
    definition: CommandDefinition,
    stream: StreamId,
    job: CommandJob,
    attempt: number,
    abort: LaneBatch['abort'],
  ): Drafted | Promise<Drafted> {
    const { pipeline, commandClass, handler, options } = definition;
    const { commandId, metadata } = job;
    const command = Object.assign(Object.create(commandClass.prototype as object) as object, job.data);
    const ambient = { ...metadata, tenantId: stream.tenantId, causationId: commandId };
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const decided: unknown = inTime<unknown>(handler.name, { timeoutMs, abort }, (aborting) =>
      TenantContext.run(ambient, () => {
        const context = contextOf(job, stream, attempt, aborting);
        return this.middlewares.handle({ type: options.type, pipeline, command, context }, () => {
          const resolved = handler.resolve();
          if (!(resolved instanceof Promise)) return resolved.handle(command, context);
          return resolved.then((instance) => instance.handle(command, context));
        });
      }),
    );
    const draft = (one: unknown): Drafted => this.draft(definition, stream, job, one);
    return decided instanceof Promise ? decided.then(draft) : draft(decided);
  }

  /** @throws InvalidDecisionError, WrongAggregateError, ForeignEventError */
  private draft(definition: CommandDefinition, stream: StreamId, job: CommandJob, decided: unknown): Drafted {
    const events: unknown = isDecision(decided) ? decided.raised : decided;
    if (!Array.isArray(events)) throw new InvalidDecisionError(`${definition.handler.name}.handle()`, decided);
    checkDecision(definition, stream, decided as Decision | DomainEvents, events as readonly unknown[]);
    const { tenantId, aggregateType, aggregateId } = stream;
    const { commandId, metadata, acceptedAt } = job;
    const seed = encodeKey(tenantId, aggregateType, aggregateId, commandKey(job));
    const drafts = (events as readonly object[]).map((data, index) => ({
      data,
      id: this.ids.derive(acceptedAt, `${seed}:${index}`),
      metadata: { ...metadata, causationId: commandId },
      occurredAt: new Date(acceptedAt),
    }));
    if (!isDecision(decided)) return { events: drafts };
    const { sequence: expectedSequence, condition } = decided;
    return { events: drafts, expectedSequence, condition, whenStored: whenStored(decided) };
  }
}

function contextOf(
  { commandId, metadata, acceptedAt }: CommandJob,
  stream: StreamId,
  attempt: number,
  abort: BatchAbort,
): CommandContext {
  return {
    ...stream,
    commandId,
    metadata,
    acceptedAt: new Date(acceptedAt),
    attempt,
    get signal() {
      return abort.signal;
    },
  };
}

function stored(stream: StreamId, { commandId }: CommandJob, appended: AppendResult | undefined): ExecutedCommand {
  const eventCount = appended?.events.length ?? 0;
  const lastSequence = appended?.lastSequence ?? null;
  return { outcome: { status: 'stored', commandId, ...stream, eventCount, lastSequence }, appended };
}

async function inOrder(results: readonly Promise<ExecutedCommand>[]): Promise<ExecutedCommands> {
  const executed: ExecutedCommand[] = [];
  let failure: ExecutedCommands['failure'];
  for (const result of results) {
    try {
      const one = await result;
      if (!failure) executed.push(one);
    } catch (error) {
      failure ??= { error, ...(error instanceof CommandParkedError && { park: true }) };
    }
  }
  return failure ? { executed, failure } : { executed };
}
