import { type JobAnswer, MAX_ANSWER_BYTES } from '../queue/job-answer.js';
import type { CommandJob } from '../queue/job.js';
import type { CommandOutcome } from './command-outcome.js';

/** What is left of texts that are too long, in characters: with them any outcome fits into an answer. */
const MAX_MESSAGE = 1_000;
const MAX_REASON = 100;

/** The outcome as the queue keeps it. Details that are no JSON or too large are left out. */
export function encodeOutcome({ receiptId }: CommandJob, outcome: CommandOutcome): JobAnswer {
  const whole = toJson(outcome);
  const fits = whole !== undefined && Buffer.byteLength(whole) <= MAX_ANSWER_BYTES;
  return { id: receiptId, value: fits ? whole : JSON.stringify(shortened(outcome)) };
}

export function decodeOutcome(value: string): CommandOutcome {
  return JSON.parse(value) as CommandOutcome;
}

function toJson(outcome: CommandOutcome): string | undefined {
  try {
    return JSON.stringify(outcome);
  } catch {
    return undefined;
  }
}

function shortened(outcome: CommandOutcome): CommandOutcome {
  if (outcome.status === 'stored') return outcome;
  const message = String(outcome.message).slice(0, MAX_MESSAGE);
  if (outcome.status === 'failed') return { ...outcome, message };
  return { ...outcome, message, reason: String(outcome.reason).slice(0, MAX_REASON), details: null };
}
