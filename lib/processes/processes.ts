import { InvalidArgumentError } from '../errors/invalid-argument.error.js';
import type { EventClass } from '../events/event-class.js';
import { createTenantId } from '../tenancy/create-tenant-id.js';
import { TenantContext } from '../tenancy/tenant-context.js';
import type { TenantId } from '../tenancy/tenant-id.js';
import type { ProcessDefinition } from './process-definition.js';
import type { ProcessHandler } from './process-handler.js';
import type { ProcessLog } from './process-log.js';

/** Where a process stands. @publicApi */
export interface ProcessStatus<S> {
  /** `null` when it has ended, or not begun. */
  readonly state: S | null;
  /** Of the last thing that it was told, from 1. */
  readonly sequence: number;
  /** What is scheduled, by name. */
  readonly wakeUps: ReadonlyMap<string, Date>;
  /** Commands that it has sent, and whose outcome it has not heard of. */
  readonly commandsUnderWay: number;
}

/**
 * Shows where processes stand, by the log. Injectable.
 *
 * @publicApi
 */
export class Processes {
  private readonly byClass: ReadonlyMap<unknown, ProcessDefinition>;

  constructor(
    definitions: Iterable<ProcessDefinition>,
    private readonly log: ProcessLog,
  ) {
    this.byClass = new Map([...definitions].map((one): [EventClass, ProcessDefinition] => [one.processClass, one]));
  }

  /**
   * Where a process stands; `undefined` when it was never told anything.
   *
   * @param options.tenantId default: that of the work at hand
   * @throws InvalidArgumentError for a class without `@ProcessManager` in any module
   * @throws InvalidTenantError
   */
  async get<S>(
    processClass: abstract new (...args: never[]) => ProcessHandler<S>,
    id: string,
    options: { readonly tenantId?: TenantId } = {},
  ): Promise<ProcessStatus<S> | undefined> {
    const process = this.byClass.get(processClass);
    if (!process)
      throw new InvalidArgumentError('processClass', 'must be a provider that is marked with @ProcessManager()');
    const tenantId = createTenantId(options.tenantId ?? TenantContext.requireTenantId());
    const { sequence, decision } = await this.log.last({ name: process.name, tenantId, id });
    if (sequence === 0) return undefined;
    const { state, wakeUps, awaiting } = decision;
    return {
      state: state as S | null,
      sequence,
      wakeUps: new Map(Object.entries(wakeUps).map(([name, { dueAt }]) => [name, new Date(dueAt)])),
      commandsUnderWay: Object.values(awaiting).reduce((sum, { length }) => sum + length, 0),
    };
  }
}
