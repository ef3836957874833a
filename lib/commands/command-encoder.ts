import type { JsonValue } from '../events/json-value.js';
import type { Validator } from '../events/validator.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import { textProblem } from '../tenancy/text-problem.js';
import type { CommandDefinition } from './command-definition.js';
import { InvalidCommandError } from './invalid-command.error.js';

/** A command as queues and logs carry it. */
export interface EncodedCommand {
  readonly tenantId: TenantId;
  readonly aggregateId: string;
  /** The one that its class gives, or the given one. */
  readonly commandId: string;
  readonly data: JsonValue;
}

/** Validates commands and makes JSON of them. */
export class CommandEncoder {
  /** @param maxCommandBytes of a command as JSON */
  constructor(
    private readonly validator: Validator,
    private readonly maxCommandBytes: number,
  ) {}

  /**
   * @param newId the id of a command whose class gives none
   * @throws InvalidTenantError, InvalidCommandError
   */
  encode({ options, commandClass }: CommandDefinition, command: object, newId: () => string): EncodedCommand {
    const tenantId = tenantOf(options, command);
    const problems = this.validator.problems(command, commandClass, options.schema);
    if (problems.length > 0) throw new InvalidCommandError(options.type, problems);
    return {
      tenantId,
      aggregateId: checkedId(options.type, 'aggregateId', options.aggregateId(command)),
      commandId: checkedId(options.type, 'commandId', options.commandId?.(command) ?? newId()),
      data: this.toJson(options.type, command),
    };
  }

  private toJson(type: string, command: object): JsonValue {
    let json: string;
    try {
      json = JSON.stringify(command);
    } catch (cause) {
      throw new InvalidCommandError(type, ['it cannot be written as JSON'], { cause });
    }
    const bytes = Buffer.byteLength(json);
    if (bytes > this.maxCommandBytes)
      throw new InvalidCommandError(type, [`it has ${bytes} bytes as JSON, the limit is ${this.maxCommandBytes}`]);
    return JSON.parse(json) as JsonValue;
  }
}

function tenantOf(options: CommandDefinition['options'], command: object): TenantId {
  if (options.tenantId) return createTenantId(options.tenantId(command));
  if ('tenantId' in command && command.tenantId !== undefined) return createTenantId(command.tenantId);
  return TenantContext.requireTenantId();
}

function checkedId(type: string, name: string, id: unknown): string {
  const problem = textProblem(id);
  if (problem !== null) throw new InvalidCommandError(type, [`its ${name} ${problem}`]);
  return id as string;
}
