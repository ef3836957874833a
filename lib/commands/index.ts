export * from './aggregate-command-handler.js';
export type { CommandContext } from './command-context.js';
export * from './command-failed.error.js';
export { CommandHandler, type CommandHandlerOptions } from './command-handler.decorator.js';
export type { CommandReceipt, QueuedReceipt, StoredReceipt } from './command-receipt.js';
export * from './command-rejected.error.js';
export * from './command-timeout.error.js';
export * from './invalid-command.error.js';
export * from './unknown-command.error.js';
