import type { CommandSender, PipelineCommands } from './pipeline-commands.js';

/** The `send` of each command, by its name. @publicApi */
export type MappedCommands<C> = { readonly [N in keyof C]: CommandSender<C[N]>['send'] };

/** Makes plain functions of commands: `mapCommands(registered.commands).recordSpan(payload)`. @publicApi */
export function mapCommands<C>(commands: PipelineCommands<C>): MappedCommands<C> {
  const entries = Object.entries<CommandSender<never>>(commands as Record<string, CommandSender<never>>);
  return Object.fromEntries(
    entries.map(([name, sender]) => [name, sender.send.bind(sender)]),
  ) as unknown as MappedCommands<C>;
}
