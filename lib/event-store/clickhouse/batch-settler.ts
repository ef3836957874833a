import { EventSourcingError } from '../../errors/event-sourcing.error.js';
import type { AppendResult } from '../append-result.js';
import { AppendOutcomeUnknownError } from '../append-outcome-unknown.error.js';
import { StoreUnavailableError } from '../store-unavailable.error.js';
import { toAppendResult } from '../to-append-result.js';
import { WrongExpectedSequenceError } from '../wrong-expected-sequence.error.js';
import type { Answer, Verdict, Write } from './append-batch.js';
import type { InsertOutcome } from './insert-outcome.js';
import type { WaitingAppend } from './lane.js';
import { streamKey } from './stream-key.js';
import type { WriterTools } from './writer-tools.js';

type Repeated = Extract<Answer, { kind: 'repeated' }>;
type Conflict = Extract<Answer, { kind: 'conflict' }>;

/** Answers the callers of a batch. */
export class BatchSettler {
  constructor(
    private readonly tools: Pick<WriterTools, 'reader' | 'serializer' | 'serverClock' | 'stats'>,
    private readonly problem: () => Error | undefined,
  ) {}

  /** The answers that the outcome of the batch cannot change; resolves when the last of them is given. */
  async answerNow(verdicts: readonly Verdict[]): Promise<void> {
    const answers = verdicts.flatMap((verdict) => verdict.answers);
    for (const answer of answers) if (answer.kind === 'conflict' && !answer.onWrite) rejectConflict(answer);
    const repeated = answers.filter((answer): answer is Repeated => answer.kind === 'repeated');
    if (repeated.length > 0) await this.answerRepeated(repeated);
  }

  settle(verdicts: readonly Verdict[], outcome: InsertOutcome): void {
    for (const verdict of verdicts) {
      for (const write of verdict.writes) {
        if (outcome.kind === 'stored') {
          this.tools.stats.appends += 1;
          this.tools.stats.events += write.stored.length;
        }
        this.settleWrite(write.item, write, outcome, false);
      }
      for (const answer of verdict.answers) this.settleAnswer(answer, outcome);
    }
  }

  private settleAnswer(answer: Answer, outcome: InsertOutcome): void {
    if (answer.kind === 'repeats-write') this.settleWrite(answer.item, answer.write, outcome, true);
    if (answer.kind !== 'conflict' || !answer.onWrite) return;
    if (outcome.kind === 'stored') rejectConflict(answer);
    else if (outcome.kind === 'unknown') answer.item.reject(unavailable(outcome.cause));
    else this.settleWrite(answer.item, undefined, outcome, false);
  }

  private settleWrite(item: WaitingAppend, write: Write | undefined, outcome: InsertOutcome, repeated: boolean): void {
    if (outcome.kind === 'stored') {
      const serializer = item.append.restored ? undefined : this.tools.serializer;
      resolveWith(item, () => toAppendResult(item.stream, write!.stored, repeated, serializer));
    } else if (outcome.kind === 'refused') {
      item.reject(unavailable(outcome.cause));
    } else if (outcome.kind === 'fenced') {
      item.reject(this.problem() ?? unavailable(new Error('A newer epoch is open.')));
    } else if (outcome.kind === 'late') {
      item.reject(unavailable(new Error('The insert would have come to the server after its deadline.')));
    } else {
      item.reject(new AppendOutcomeUnknownError(item.stream, { cause: outcome.cause }));
    }
  }

  /** The results of appends that the log knows, read for all of a batch together. */
  private async answerRepeated(answers: readonly Repeated[]): Promise<void> {
    try {
      const wanted = answers.map(({ item, key }) => ({ stream: item.stream, key, since: item.append.keySince }));
      const found = await this.tools.reader.appended(wanted, this.tools.serverClock.now());
      for (const { item, key } of answers) {
        const stored = found.get(streamKey(item.stream))?.get(key);
        if (stored) resolveWith(item, () => toAppendResult(item.stream, stored, true, this.tools.serializer));
        else
          item.reject(unavailable(new Error('The events of this key have gone from the log since they were stored.')));
      }
    } catch (error) {
      const told = error instanceof EventSourcingError ? error : unavailable(error);
      for (const { item } of answers) item.reject(told);
    }
  }
}

function rejectConflict({ item, actual }: Conflict): void {
  item.reject(new WrongExpectedSequenceError(item.stream, item.append.expectedSequence, actual));
}

function resolveWith(item: WaitingAppend, result: () => AppendResult): void {
  try {
    item.resolve(result());
  } catch (error) {
    item.reject(error as Error);
  }
}

function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('The append could not be written to ClickHouse', { cause });
}
