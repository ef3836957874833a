import type { EventRoutes } from '../queue/event-routes.js';
import { GroupQueue, type QueueDepth } from '../queue/group-queue.js';
import type { Lane, LaneComponent } from '../queue/lane.js';
import type { LaneConsumer } from '../queue/lane-consumer.js';
import type { Once } from '../queue/once.js';
import type { QueueControl } from '../queue/queue-control.js';
import type { StagedJob } from '../queue/staged-job.js';
import type { TenantId } from '../tenancy/tenant-id.js';

/** The queue that users inject: its control is one that folds obey (`SkippingControl`). */
export class SkippingQueue extends GroupQueue {
  constructor(
    private readonly queue: GroupQueue,
    readonly control: QueueControl,
  ) {
    super();
  }

  get routes(): EventRoutes {
    return this.queue.routes;
  }

  stage(jobs: readonly StagedJob[]): Promise<string> {
    return this.queue.stage(jobs);
  }

  stageOnce(job: StagedJob, once: Once): Promise<string> {
    return this.queue.stageOnce(job, once);
  }

  consume(consumer: LaneConsumer): void {
    this.queue.consume(consumer);
  }

  forget(tenantId: TenantId): Promise<number> {
    return this.queue.forget(tenantId);
  }

  forgetComponent(component: LaneComponent): Promise<number> {
    return this.queue.forgetComponent(component);
  }

  answer(tenantId: TenantId, id: string): Promise<string | undefined> {
    return this.queue.answer(tenantId, id);
  }

  awaitAnswer(tenantId: TenantId, id: string, timeoutMs: number): Promise<string | undefined> {
    return this.queue.awaitAnswer(tenantId, id, timeoutMs);
  }

  awaitLane(lane: Lane, timeoutMs: number): Promise<boolean> {
    return this.queue.awaitLane(lane, timeoutMs);
  }

  depth(): Promise<QueueDepth> {
    return this.queue.depth();
  }

  life(): Promise<string> {
    return this.queue.life();
  }

  drain(): Promise<void> {
    return this.queue.drain();
  }
}
