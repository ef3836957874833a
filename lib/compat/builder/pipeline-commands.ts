import type { ReceiptOf, RunOptions, WaitFor } from '../../commands/run-options.js';

/** A payload with the tenant it is for. @publicApi */
export type PayloadWithTenant<P> = P & {
  /** @default the tenant of the work at hand (`TenantContext`) */
  readonly tenantId?: string;
};

/** What a disabled pipeline answers: nothing was done. @publicApi */
export interface DroppedReceipt {
  readonly status: 'dropped';
  /** Of the command. */
  readonly type: string;
}

/** Sends one sort of command. @publicApi */
export interface CommandSender<P> {
  /**
   * Sends a command, as `Commands.run()`, but waits for no more than that it is queued unless told otherwise.
   *
   * @throws PipelineNotRunningError before the application is there
   * @throws what `Commands.run()` throws
   */
  send<W extends WaitFor = 'queued'>(
    payload: PayloadWithTenant<P>,
    options?: RunOptions<W>,
  ): Promise<ReceiptOf<W> | DroppedReceipt>;
}

/** The commands of a pipeline by their names. @publicApi */
export type PipelineCommands<C> = { readonly [N in keyof C]: CommandSender<C[N]> };
