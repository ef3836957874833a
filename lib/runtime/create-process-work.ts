import { OutboxExecutor } from '../processes/outbox-executor.js';
import { ProcessExecutor } from '../processes/process-executor.js';
import type { ProcessInbox } from '../processes/process-inbox.js';
import type { ProcessLog } from '../processes/process-log.js';
import { SentCommands } from '../processes/sent-commands.js';
import { TimerExecutor } from '../processes/timer-executor.js';
import { ProcessWork } from './process-work.js';
import type { RuntimeTools } from './runtime-tools.js';

/** Puts together what works off the lanes of process managers. */
export function createProcessWork(tools: RuntimeTools, log: ProcessLog, inbox: ProcessInbox): ProcessWork {
  const { pipelines, encoder, births, router, strikes, clock, ids } = tools;
  const commands = new SentCommands(pipelines.commands, encoder, ids);
  const parts = { log, inbox, commands, clock };
  return new ProcessWork(
    new ProcessExecutor(parts),
    new TimerExecutor(parts),
    new OutboxExecutor(parts),
    births,
    router,
    strikes,
  );
}
