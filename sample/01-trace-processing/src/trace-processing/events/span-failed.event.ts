import { DomainEvent } from '@event-sourcing/nestjs';
import { IsString, Matches, ValidateIf } from 'class-validator';
import { SPAN_ID } from '../span-id.js';

/** A span ended with an error. Stored right after the `SpanReceived` of the same span, in the same append. */
@DomainEvent('trace.span_failed', { version: 1 })
export class SpanFailed {
  @Matches(SPAN_ID)
  readonly spanId!: string;

  @IsString()
  readonly name!: string;

  @ValidateIf((failure: SpanFailed) => failure.service !== null)
  @IsString()
  readonly service!: string | null;

  /** What the span's status says about the error; may be empty. */
  @IsString()
  readonly message!: string;

  constructor(data: SpanFailed) {
    Object.assign(this, data);
  }
}
