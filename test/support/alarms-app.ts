import { Module, type Type } from '@nestjs/common';
import { Command, CqrsModule } from '@nestjs/cqrs';
import { IsInt, IsString } from 'class-validator';
import {
  type AggregateCommandHandler,
  CommandHandler,
  type CommandReceipt,
  DomainEvent,
  EventSourcingModule,
  type EventSourcingModuleOptions,
  On,
  OnWakeUp,
  type ProcessContext,
  type ProcessHandler,
  ProcessManager,
  type RecordedEvent,
  type StreamId,
  type TenantId,
  type WakeUp,
} from '../../lib/index.js';

@DomainEvent('alarm.set')
export class AlarmSet {
  @IsInt() rings!: number;
  @IsInt() everyMs!: number;
  static of(rings: number, everyMs: number): AlarmSet {
    return Object.assign(new AlarmSet(), { rings, everyMs });
  }
}

@DomainEvent('alarm.rang')
export class Rang {
  @IsInt() nth!: number;
}

export class Ring extends Command<CommandReceipt> {
  @IsString() alarmId!: string;
  @IsInt() nth!: number;
  static of(alarmId: string, nth: number): Ring {
    return Object.assign(new Ring(), { alarmId, nth });
  }
}

@CommandHandler(Ring, { type: 'alarm.ring', aggregateId: ({ alarmId }) => alarmId })
export class RingHandler implements AggregateCommandHandler<Ring> {
  handle({ nth }: Ring): readonly object[] {
    return [Object.assign(new Rang(), { nth })];
  }
}

interface Ringing extends Pick<AlarmSet, 'rings' | 'everyMs'> {
  readonly rung: number;
  readonly snoozed: number;
}

/** Rings so many times; each time with a second wake-up at the same moment, which the first one takes back. */
@ProcessManager({ name: 'alarms' })
export class Alarms implements ProcessHandler<Ringing> {
  initialState(): Ringing {
    return { rings: 0, everyMs: 0, rung: 0, snoozed: 0 };
  }

  @On(AlarmSet)
  set(state: Ringing, { data: { rings, everyMs } }: RecordedEvent<AlarmSet>, context: ProcessContext): Ringing {
    return this.next({ ...state, rings, everyMs }, context);
  }

  @OnWakeUp('ring')
  ring(state: Ringing, _wakeUp: WakeUp, context: ProcessContext): Ringing | null {
    const rung = state.rung + 1;
    context.send(Ring.of(context.processId, rung));
    context.cancel('snooze');
    return rung < state.rings ? this.next({ ...state, rung }, context) : null;
  }

  @OnWakeUp('snooze')
  snooze(state: Ringing): Ringing {
    return { ...state, snoozed: state.snoozed + 1 };
  }

  private next(state: Ringing, { schedule }: ProcessContext): Ringing {
    schedule('snooze', { afterMs: state.everyMs });
    schedule('ring', { afterMs: state.everyMs });
    return state;
  }
}

/** @param more providers of the feature module */
export function alarmsApp(options: EventSourcingModuleOptions, more: readonly Type[] = []): Type {
  @Module({
    imports: [EventSourcingModule.forFeature({ pipeline: 'alarms', aggregateType: 'alarm', events: [AlarmSet, Rang] })],
    providers: [RingHandler, Alarms, ...more],
  })
  class AlarmsModule {}
  @Module({ imports: [CqrsModule.forRoot(), EventSourcingModule.forRoot(options), AlarmsModule] })
  class AppModule {}
  return AppModule;
}

export const alarmStream = (aggregateId: string, tenantId: TenantId): StreamId => ({
  tenantId,
  aggregateType: 'alarm',
  aggregateId,
});
