import { Logger } from '@nestjs/common';
import type { DiscoveryService, ModuleRef } from '@nestjs/core';
import type { CommandMiddlewareClass } from '../commands/middleware/command-middleware.js';
import { checkReaders } from '../pipeline/check-readers.js';
import type { PipelineDefinition } from '../pipeline/pipeline-definition.js';
import { PipelineExplorer } from '../pipeline/pipeline-explorer.js';
import { PipelineRegistry } from '../pipeline/pipeline-registry.js';
import { Rebuilds } from '../pipeline/rebuilds.js';
import { WiringProblems } from '../pipeline/wiring-problems.js';
import { CqrsBinding } from './cqrs-binding.js';
import type { EventSourcingSetup } from './event-sourcing-setup.js';
import { loadedCopies } from './loaded-copies.js';

const logger = new Logger('EventSourcing');

/**
 * Finds the pipelines and checks that everything fits together, before anything is opened.
 *
 * @param rootToken the token that each `forRoot()` provides once
 * @throws WiringError that lists everything wrong
 */
export function wire(
  setup: EventSourcingSetup,
  rootToken: unknown,
  discovery: DiscoveryService,
  moduleRef: ModuleRef,
): PipelineRegistry {
  const problems = new WiringProblems();
  checkRoot(setup, rootToken, discovery, problems);
  checkFeatureFlags(setup, discovery, problems);
  const pipelines = new PipelineExplorer(discovery, moduleRef, new Rebuilds(setup.rebuilds)).explore(problems);
  const commands = pipelines.flatMap((pipeline) => pipeline.commands);
  checkMiddleware(setup, pipelines, discovery, problems);
  new CqrsBinding(discovery).check(commands, problems);
  checkReaders(discovery, pipelines, problems);
  problems.throwIfAny();
  warn(setup);
  return new PipelineRegistry(pipelines);
}

function checkRoot(
  { role, queue, storage }: EventSourcingSetup,
  rootToken: unknown,
  discovery: DiscoveryService,
  problems: WiringProblems,
): void {
  const roots = discovery.getProviders().filter(({ token }) => token === rootToken).length;
  if (roots > 1) {
    problems.add(`EventSourcingModule.forRoot() is imported ${roots} times: import it once, in the root module.`);
  }
  if (role === 'web' && !queue.shared) {
    problems.add(
      `The role 'web' hands its commands to other processes, which the ${queue.name} queue does not reach: ` +
        "use the role 'all', or a shared queue.",
    );
  }
  if (queue.shared && !storage.durable) {
    problems.add(
      `Processes share the ${queue.name} queue, but events are kept in ${storage.name}, which no other one sees: ` +
        'name an eventStore that lasts, or use inProcessQueue().',
    );
  }
}

function checkFeatureFlags(
  { featureFlags }: EventSourcingSetup,
  discovery: DiscoveryService,
  problems: WiringProblems,
): void {
  if (typeof featureFlags === 'function') checkProvider('featureFlags of forRoot()', featureFlags, discovery, problems);
}

function checkMiddleware(
  { commandMiddleware }: EventSourcingSetup,
  pipelines: readonly PipelineDefinition[],
  discovery: DiscoveryService,
  problems: WiringProblems,
): void {
  const check = (owner: string, classes: readonly CommandMiddlewareClass[]): void => {
    const what = `commandMiddleware of ${owner}`;
    if (!Array.isArray(classes)) return problems.add(`The ${what} must be a list of classes.`);
    for (const one of classes) checkProvider(what, one, discovery, problems);
  };
  check('forRoot()', commandMiddleware);
  for (const { name, commandMiddleware: own = [] } of pipelines) check(`forFeature() of '${name}'`, own);
}

/** Reports a class of an option that Nest does not make, or makes anew for each request. */
function checkProvider(option: string, token: unknown, discovery: DiscoveryService, problems: WiringProblems): void {
  const name = typeof token === 'function' ? token.name : String(token);
  const provider = discovery.getProviders().find((wrapper) => wrapper.token === token);
  if (!provider) {
    problems.add(
      `The ${option}, ${name}, is no provider of the application: add the class to the providers of a module.`,
    );
  } else if (provider.isTransient || !provider.isDependencyTreeStatic()) {
    problems.add(`The ${option}, ${name}, has a scope: let there be one instance of it.`);
  }
}

function warn({ storage, storageNamed }: EventSourcingSetup): void {
  if (!storageNamed) {
    logger.warn(
      `Events are kept in ${storage.name} only and are gone with this process: name an eventStore in forRoot().`,
    );
  }
  if (loadedCopies() > 1) {
    logger.warn(
      `${loadedCopies()} copies of @event-sourcing/nestjs are loaded; decorators and tokens of one are strange to the ` +
        'other. Keep one.',
    );
  }
}
