import { expect } from 'vitest';
import type { RecordedEvent } from '../../lib/events/recorded-event.js';
import type { CommandConcluded } from '../../lib/processes/stream/command-concluded.event.js';
import type { DecisionData } from '../../lib/processes/stream/decision.event.js';
import type { WakeUpDue } from '../../lib/processes/stream/wake-up.event.js';

/** The two streams of one process. */
export interface ProcessStreams {
  readonly inbox: readonly RecordedEvent[];
  readonly decisions: readonly RecordedEvent<DecisionData>[];
}

export const isOf =
  (type: string) =>
  (event: RecordedEvent): boolean =>
    event.type === type;

/** What holds for every process that has come to its end. @param stored all events of aggregates */
export function judgeProcess({ inbox, decisions }: ProcessStreams, stored: readonly RecordedEvent[]): void {
  // One decision about each entry.
  expect(decisions.map(({ sequence }) => sequence)).toEqual(inbox.map(({ sequence }) => sequence));
  expect(decisions.at(-1)!.data).toMatchObject({ wakeUps: {}, awaiting: {} });
  judgeWakeUps(inbox, decisions);
  judgeCommands(inbox, decisions, stored);
}

/** None came in before its time or twice; and all did, but for those that were taken back. */
function judgeWakeUps(inbox: readonly RecordedEvent[], decisions: readonly RecordedEvent<DecisionData>[]): void {
  const rung = inbox.filter(isOf('$wake-up')) as RecordedEvent<WakeUpDue>[];
  for (const { data, recordedAt } of rung) {
    const scheduled = decisions[data.since - 1]!.data.wakeUps[data.wakeUp]!;
    expect(recordedAt.getTime()).toBeGreaterThanOrEqual(scheduled.dueAt);
  }
  const names = rung.map(({ data }) => `${data.wakeUp} ${data.since}`);
  expect(new Set(names).size).toBe(names.length);
  // One that was taken back, or scheduled anew, is nobody's.
  for (const { sequence, data } of rung) {
    const [before, after] = [decisions[sequence - 2]!.data, decisions[sequence - 1]!.data];
    if (before.wakeUps[data.wakeUp]?.since === data.since) continue;
    expect([after.state, after.wakeUps, after.commands]).toEqual([before.state, before.wakeUps, []]);
  }
  for (const [index, { data, sequence }] of decisions.entries()) {
    const told = inbox[index]!;
    for (const [wakeUp, { since }] of Object.entries(decisions[index - 1]?.data.wakeUps ?? {})) {
      if (data.wakeUps[wakeUp]?.since === since) continue;
      // What is gone was told just now, or taken back by a decision that has something to do.
      const isTold = told.type === '$wake-up' && isDue(told, wakeUp, since);
      const isTakenBack = data.state === null || data.wakeUps[wakeUp]?.since === sequence || data.commands.length > 0;
      expect([wakeUp, since, isTold || isTakenBack]).toEqual([wakeUp, since, true]);
    }
  }
}

function isDue({ data }: RecordedEvent, wakeUp: string, since: number): boolean {
  const due = data as WakeUpDue;
  return due.wakeUp === wakeUp && due.since === since;
}

/** Each has one outcome, and what it says is what the log of its aggregate has. */
function judgeCommands(
  inbox: readonly RecordedEvent[],
  decisions: readonly RecordedEvent<DecisionData>[],
  stored: readonly RecordedEvent[],
): void {
  const outcomes = inbox.filter(isOf('$command-concluded')) as RecordedEvent<CommandConcluded>[];
  const sent = decisions.flatMap(({ sequence, data }) =>
    data.commands.map((command, index) => ({ sequence, index, command })),
  );
  expect(outcomes).toHaveLength(sent.length);
  for (const { sequence, index, command } of sent) {
    const { refusal } = outcomes.find(({ data }) => data.decision === sequence && data.index === index)!.data;
    const effects = stored.filter(({ metadata }) => metadata.causationId === command.commandId);
    expect([command.type, effects.length]).toEqual([command.type, refusal === null ? 1 : 0]);
  }
}
