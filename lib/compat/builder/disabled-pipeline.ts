import type { PipelineOptions } from '../../pipeline/pipeline-options.js';
import { checkpointKey } from '../checkpoint-key.js';
import { named } from './handler-classes.js';
import { checkEventList } from '../check-event-list.js';
import { DroppedWork } from './dropped-work.js';
import type { CommandParts } from './command-class.js';
import { payloadOf } from './payload-of.js';
import type { CommandSender, PayloadWithTenant, PipelineCommands } from './pipeline-commands.js';
import type { PipelineCalls, RegisteredPipeline } from './registered-pipeline.js';
import type { StaticPipelineDefinition } from './static-pipeline-definition.js';

/** A pipeline that does nothing, needs no application, and says what it did not do. */
export function disabledPipeline<C>({ options, commands }: StaticPipelineDefinition<C>): RegisteredPipeline<C> {
  const name = options.pipeline;
  const dropped = new DroppedWork(name);
  const senders = [...commands].map(([command, parts]) => [command, dropping(parts, dropped)]);
  return {
    name,
    module: { module: named(class {}, `the disabled pipeline ${name}`) },
    commands: Object.fromEntries(senders) as PipelineCommands<C>,
    service: droppingEvents(options, dropped),
    dropped,
  };
}

function dropping({ type, aggregateId }: CommandParts, dropped: DroppedWork): CommandSender<object> {
  return {
    async send(payload: PayloadWithTenant<object>) {
      const { tenantId, ...data } = payloadOf(type, payload);
      dropped.add({ kind: 'command', type, tenantId, aggregateId: idOf(() => aggregateId(data)) });
      return { status: 'dropped', type };
    },
  };
}

function droppingEvents(
  { pipeline: pipelineName, aggregateType }: PipelineOptions,
  dropped: DroppedWork,
): PipelineCalls {
  return {
    async storeEvents(events) {
      checkEventList(events);
      for (const { type, tenantId, aggregateId } of events) dropped.add({ kind: 'event', type, tenantId, aggregateId });
      return [];
    },
    getEventsByType: async function* () {},
    getProjectionByName: async () => null,
    hasProjectionByName: async () => false,
    updateProjectionByName: async () => null,
    retireProjection: async () => 0,
    checkpoint: async (processorName, aggregateId, { tenantId }) => ({
      key: checkpointKey({ tenantId, pipelineName, processorName, aggregateType, aggregateId }),
      sequence: 0,
    }),
  };
}

/** Nobody has checked the payload. */
function idOf(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
