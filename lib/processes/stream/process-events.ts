import type { EventClass } from '../../events/event-class.js';
import { CommandConcluded } from './command-concluded.event.js';
import { Decision, OpenDecision } from './decision.event.js';
import { WakeUpDue } from './wake-up.event.js';

/** The events of our own that stand in streams of processes. */
export const PROCESS_EVENTS: readonly EventClass[] = [Decision, OpenDecision, WakeUpDue, CommandConcluded];
