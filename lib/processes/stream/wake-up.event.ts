import { DomainEvent } from '../../events/domain-event.decorator.js';

/** An entry of an inbox: the time of a wake-up has come. */
@DomainEvent('$wake-up')
export class WakeUpDue {
  wakeUp!: string;
  /** The decision that scheduled it, by its sequence. */
  since!: number;

  static of(wakeUp: string, since: number): WakeUpDue {
    return Object.assign(new WakeUpDue(), { wakeUp, since });
  }
}
