import type { GroupQueue, LaneBatch, LaneConsumer, LaneOutcome, QueueAdapter, StagedJob } from '../../lib/index.js';
import { batchAtHand } from './batch-at-hand.js';
import type { CrashPoints } from './crash-points.js';
import { overriding } from './overriding.js';

/** Batches of which one is handed out again. */
const AGAIN_EVERY = 4;

/**
 * A queue in which every job of a fold, a map or a durable reactor comes twice, the second time after the first was
 * staged, and some of their batches are handed out again, as if its worker had been lost. Its steps are points: `caller: before stage` of a
 * call that stages events, `sender: before stage` of one that stages commands, and `before complete` and `after complete`
 * of the batches of each kind of lane.
 */
export function crashingQueue(adapter: QueueAdapter, points: CrashPoints): QueueAdapter {
  return {
    ...adapter,
    open: async (context) => {
      const queue = await adapter.open(context);
      return overriding(queue, {
        stage: async (jobs) => {
          const again = copies(jobs);
          const by = isSent(jobs) ? 'sender' : 'caller';
          if (again.length > 0 || by === 'sender') points.pass(`${by}: before stage`);
          const revision = await queue.stage(jobs);
          if (again.length > 0 || by === 'sender') points.pass(`${by}: after stage`);
          return again.length === 0 ? revision : queue.stage(again);
        },
        stageOnce: async (job, once) => {
          points.pass('sender: before stage');
          const value = await queue.stageOnce(job, once);
          points.pass('sender: after stage');
          return value;
        },
        consume: (consumer) => queue.consume(crashingConsumer(consumer, queue, points)),
      });
    },
  };
}

function crashingConsumer(consumer: LaneConsumer, queue: GroupQueue, points: CrashPoints): LaneConsumer {
  let batches = 0;
  const deliver = async (batch: LaneBatch): Promise<LaneOutcome> => {
    const outcome = await consumer.handle(batch);
    const bearsRepeats = batch.jobs.every((job) => isRepeated({ job }));
    if (!bearsRepeats || (batches += 1) % AGAIN_EVERY > 0) return outcome;
    return consumer.handle({ ...batch, redelivered: true });
  };
  return overriding(consumer, {
    handle: (batch) =>
      batchAtHand.run(batch, async () => {
        const { kind } = batch.lane;
        const outcome = await deliver(batch);
        points.pass(`${kind}: before complete`);
        const staged = (revision: string): void => {
          points.pass(`${kind}: after complete`);
          const again = copies(outcome.followUps);
          // When the queue is away they come once only.
          if (again.length > 0) queue.stage(again).catch(() => undefined);
          outcome.staged?.(revision);
        };
        return { ...outcome, staged };
      }),
  });
}

function copies(jobs: readonly StagedJob[]): readonly StagedJob[] {
  return jobs.filter(isRepeated);
}

function isSent(jobs: readonly StagedJob[]): boolean {
  return jobs.some(({ job }) => job.kind === 'command');
}

/** A plain reactor may react to a job again; a command is dropped by its id. */
function isRepeated({ job }: Pick<StagedJob, 'job'>): boolean {
  return job.kind === 'reactor' ? job.from !== undefined : job.kind !== 'command';
}
