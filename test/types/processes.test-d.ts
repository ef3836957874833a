import { describe, expectTypeOf, it } from 'vitest';
import {
  type CommandRejection,
  DomainEvent,
  On,
  OnRejection,
  OnWakeUp,
  type ProcessContext,
  ProcessManager,
  type Processes,
  type RecordedEvent,
  type WakeUp,
} from '../../lib/index.js';
import { specifyProcess } from '../../lib/testing.js';

@DomainEvent('opened')
class Opened {
  amount!: number;
}
@DomainEvent('closed')
class Closed {
  reason!: string;
}
class Ask {
  question!: string;
}
interface Waiting {
  asked: number;
}

@ProcessManager({ name: 'right' })
class Right {
  initialState(): Waiting {
    return { asked: 0 };
  }
  @On(Opened, { key: (event) => `${event.data.amount}` })
  opened(state: Waiting, { data }: RecordedEvent<Opened>, { send, schedule, cancel }: ProcessContext): Waiting {
    send(new Ask());
    schedule('later', { afterMs: 1 });
    schedule('later', { at: new Date() });
    cancel('later');
    return { asked: state.asked + data.amount };
  }
  @On(Closed, { starts: false, key: ({ data }) => [data.reason] })
  closed(): null {
    return null;
  }
  @OnWakeUp('later')
  later(state: Waiting, wakeUp: WakeUp): Waiting | null {
    return wakeUp.dueAt.getTime() > 0 ? state : null;
  }
  @OnRejection(Ask)
  refused(state: Waiting, { command }: CommandRejection<Ask>): Waiting {
    return command.question === '' ? state : { asked: 0 };
  }
  @On(Opened)
  @On(Closed)
  any(state: Waiting, event: RecordedEvent<Opened | Closed>): Waiting {
    expectTypeOf(event.data).toEqualTypeOf<Opened | Closed>();
    return state;
  }
}

describe('process managers', () => {
  it('tells methods of the events, commands and states that they name', () => {
    class Wrong {
      initialState(): Waiting {
        return { asked: 0 };
      }
      // @ts-expect-error another event
      @On(Opened)
      event(state: Waiting, _event: RecordedEvent<Closed>): Waiting {
        return state;
      }
      // @ts-expect-error another state
      @On(Opened)
      state(state: { other: string }): { other: string } {
        return state;
      }
      // @ts-expect-error another state in the answer
      @On(Opened)
      answer(state: Waiting): { other: string } {
        return { other: String(state.asked) };
      }
      // @ts-expect-error a promise
      @On(Opened)
      async promise(state: Waiting): Promise<Waiting> {
        return state;
      }
      // @ts-expect-error a property that the event does not have
      @On(Opened, { key: (event) => event.data.reason })
      key(state: Waiting): Waiting {
        return state;
      }
      // @ts-expect-error an event is no wake-up
      @OnWakeUp('later')
      wakeUp(state: Waiting, _event: RecordedEvent<Opened>): Waiting {
        return state;
      }
      // @ts-expect-error another command
      @OnRejection(Ask)
      refused(state: Waiting, _rejection: CommandRejection<Opened>): Waiting {
        return state;
      }
    }
    void Wrong;
  });

  it('marks classes with a state only', () => {
    // @ts-expect-error no initialState()
    @ProcessManager({ name: 'none' })
    class None {}
    // @ts-expect-error a promise of one
    @ProcessManager({ name: 'later' })
    class Later {
      async initialState(): Promise<Waiting> {
        return { asked: 0 };
      }
    }
    // @ts-expect-error no name
    void ProcessManager({});
    void [None, Later];
  });

  it('schedules for one time', () => {
    const context = {} as ProcessContext;
    // @ts-expect-error no time
    context.schedule('later', {});
    // @ts-expect-error two times
    context.schedule('later', { afterMs: 1, at: new Date() });
    // @ts-expect-error no object
    context.send('command');
  });

  it('knows the state of a class', async () => {
    const processes = {} as Processes;
    expectTypeOf(processes.get(Right, 'id')).resolves.toEqualTypeOf<
      | {
          readonly state: Waiting | null;
          readonly sequence: number;
          readonly wakeUps: ReadonlyMap<string, Date>;
          readonly commandsUnderWay: number;
        }
      | undefined
    >();
    // @ts-expect-error no process manager
    void processes.get(Opened, 'id');
    specifyProcess(new Right()).given().when(new Opened()).thenState({ asked: 1 });
    // @ts-expect-error another state
    specifyProcess(new Right()).given().when(new Opened()).thenState({ other: 1 });
  });
});
