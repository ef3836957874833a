import type { CommandDefinition } from '../commands/command-definition.js';
import type { CommandEncoder } from '../commands/command-encoder.js';
import { InvalidCommandError } from '../commands/invalid-command.error.js';
import { delayOf } from '../commands/command-timing.js';
import { delayedOnce } from '../commands/come-due.js';
import type { EventClass } from '../events/event-class.js';
import type { IdGenerator } from '../events/id-generator.js';
import type { CommandJob, CommandSender } from '../queue/job.js';
import type { Lane } from '../queue/lane.js';
import type { StagedJob } from '../queue/staged-job.js';
import { encodeKey } from '../tenancy/encode-key.js';
import type { CommandRejection } from './command-rejection.js';
import { UnhandledCommandError } from './errors/unhandled-command.error.js';
import type { DecisionPoint, EncodeSent } from './process-call.js';
import type { ProcessDefinition } from './process-definition.js';
import type { ProcessEntry } from './process-entry.js';
import type { ProcessId } from './process-log.js';
import type { DecidedCommand } from './stream/decision.event.js';

/** A decision that is on record, as far as its commands need it. */
export interface SendingDecision {
  readonly sequence: number;
  readonly metadata: CommandJob['metadata'];
  readonly at: number;
  readonly commands: readonly DecidedCommand[];
}

/** From what a process sends to jobs, and back to what it is told of them. */
export class SentCommands {
  private readonly byClass: ReadonlyMap<EventClass, CommandDefinition>;

  /** @param byType commands that this process handles */
  constructor(
    private readonly byType: ReadonlyMap<string, CommandDefinition>,
    private readonly encoder: CommandEncoder,
    private readonly ids: IdGenerator,
  ) {
    this.byClass = new Map([...byType.values()].map((one) => [one.commandClass, one]));
  }

  encoding(process: ProcessDefinition, { tenantId, processId, sequence, now }: DecisionPoint): EncodeSent {
    return (command, index) => {
      const definition = this.byClass.get(command?.constructor as EventClass);
      if (!definition) throw new UnhandledCommandError(process.name, command);
      const seed = encodeKey(tenantId, process.name, processId, sequence, index);
      const encoded = this.encoder.encode(definition, command, () => this.ids.derive(now, `command:${seed}`));
      const { pipeline, aggregateType, commandClass, options } = definition;
      if (encoded.tenantId !== tenantId) {
        throw new InvalidCommandError(options.type, [
          `it is for tenant ${encoded.tenantId}, its sender of ${tenantId}`,
        ]);
      }
      const { aggregateId, commandId, data } = encoded;
      const receiptId = this.ids.derive(now, `receipt:${seed}`);
      const awaited = process.rejections.has(commandClass);
      const delayMs = delayOf(options, command) || undefined;
      const decided = { commandId, receiptId, type: options.type, pipeline, aggregateType, aggregateId, data, awaited };
      return { ...decided, ...(delayMs !== undefined && { delayMs }) };
    };
  }

  /** All that a decision sends, `now`. */
  jobs(sender: ProcessId, decision: SendingDecision, now: number): readonly StagedJob[] {
    return decision.commands.map((_, index) => this.job(sender, decision, { index }, now));
  }

  /** Those that are sent another time. */
  jobsAgain(
    sender: ProcessId,
    decision: SendingDecision,
    indexes: readonly number[],
    now: number,
  ): readonly StagedJob[] {
    return indexes.map((index) => this.job(sender, decision, { index, again: true }, now));
  }

  private job(
    { name: process, tenantId, id: processId }: ProcessId,
    { sequence, metadata, at, commands }: SendingDecision,
    which: Pick<CommandSender, 'index' | 'again'>,
    now: number,
  ): StagedJob {
    const decided = commands[which.index]!;
    const { pipeline, aggregateType, aggregateId: id, commandId, receiptId, type, data, awaited, delayMs } = decided;
    const job: CommandJob = {
      ...{ kind: 'command', commandId, receiptId, awaited, type, data, metadata, acceptedAt: at },
      replyTo: { process, processId, decision: sequence, ...which },
    };
    const lane: Lane = { tenantId, kind: 'command', component: pipeline, aggregateType, id };
    return delayMs === undefined ? { lane, job } : delayedOnce({ lane, job }, Math.max(0, at + delayMs - now));
  }

  /** What a process is told of a command that was not carried out; undefined where nobody knows its class any more. */
  rejection({ outcome, command }: Extract<ProcessEntry, { kind: 'outcome' }>): CommandRejection | undefined {
    const commandClass = command && this.byType.get(command.type)?.commandClass;
    if (!commandClass || !outcome.refusal) return undefined;
    const { commandId, data } = command;
    const sent = Object.assign(Object.create(commandClass.prototype as object) as object, data);
    return { ...outcome.refusal, commandId, command: sent };
  }
}
