import type { QueueLoadName } from './queue-loads.js';
import type { QueueFigures } from './queue-run.js';

/** One line of the result: a figure of a load beside that of its peer. */
export interface QueueCase {
  readonly name: string;
  readonly load: QueueLoadName;
  readonly peer: string;
  readonly peerLoad: QueueLoadName;
  readonly figure: keyof QueueFigures;
  readonly unit: string;
}

const BULLMQ = 'BullMQ c50';
const GROUPMQ = 'GroupMQ c50';

export const QUEUE_CASES: readonly QueueCase[] = [
  ...(['lanes-1', 'lanes-100', 'lanes-10000', 'lanes-distinct', 'lanes-distinct-native'] as const).map((load) =>
    rate(load, load, BULLMQ, 'bullmq'),
  ),
  ...(['1', '100', '10000'] as const).map((lanes) =>
    rate(`lanes-${lanes}-groupmq`, `lanes-${lanes}`, GROUPMQ, `groupmq-${lanes}`),
  ),
  rate('enqueue-50', 'enqueue', 'BullMQ add, 50 in flight', 'bullmq-enqueue'),
  rate('batch-2ms', 'batch-2ms', 'the same lane one by one', 'single-2ms'),
  ...latency('latency-100', 'latency-100', 'bullmq-latency-100'),
  ...latency('latency-2000', 'latency-2000', 'bullmq-latency-2000'),
  ...latency('quiet-tenant', 'flood', 'bullmq-flood'),
  ...(['lanes-100', 'lanes-distinct'] as const).flatMap(costs),
];

function rate(name: string, load: QueueLoadName, peer: string, peerLoad: QueueLoadName): QueueCase {
  return { name, load, peer, peerLoad, figure: 'rate', unit: 'jobs/s' };
}

function latency(name: string, load: QueueLoadName, peerLoad: QueueLoadName): readonly QueueCase[] {
  const common = { load, peer: BULLMQ, peerLoad };
  return [
    { ...common, name, figure: 'p99', unit: 'ms, p99' },
    { ...common, name: `${name}-p50`, figure: 'p50', unit: 'ms, p50' },
  ];
}

function costs(load: QueueLoadName): readonly QueueCase[] {
  const common = { load, peer: BULLMQ, peerLoad: 'bullmq' } as const;
  return [
    { ...common, name: `${load}-node-cpu`, figure: 'nodeMicros', unit: 'us a job' },
    { ...common, name: `${load}-redis-cpu`, figure: 'redisMicros', unit: 'us a job' },
    { ...common, name: `${load}-redis-commands`, figure: 'redisCommands', unit: 'commands a job' },
    { ...common, name: `${load}-redis-bytes`, figure: 'redisBytes', unit: 'bytes a job' },
  ];
}
