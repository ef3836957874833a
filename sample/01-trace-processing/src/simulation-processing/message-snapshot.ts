import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, MaxLength, ValidateNested } from 'class-validator';
import { MaxJsonBytes } from '../aggregates/max-json-bytes.decorator.js';

const MAX_CONTENT_LENGTH = 20_000;
const MAX_MESSAGES = 500;
/** Half of what a state may have. */
export const MAX_SNAPSHOT_BYTES = 500_000;

export const MESSAGE_ROLES = ['system', 'user', 'assistant', 'tool'] as const;

/** What somebody said in a conversation. */
export class Message {
  @ApiProperty({ enum: MESSAGE_ROLES })
  @IsIn(MESSAGE_ROLES)
  readonly role!: (typeof MESSAGE_ROLES)[number];

  @ApiProperty()
  @MaxLength(MAX_CONTENT_LENGTH)
  readonly content!: string;

  constructor(message?: Message) {
    Object.assign(this, message);
  }
}

/** A conversation as far as it has come: all of its messages. */
export class MessageSnapshot {
  @ApiProperty({ type: [Message], minItems: 1, maxItems: MAX_MESSAGES })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_MESSAGES)
  @MaxJsonBytes(MAX_SNAPSHOT_BYTES)
  @ValidateNested({ each: true })
  @Type(() => Message)
  readonly messages!: readonly Message[];

  constructor(snapshot?: MessageSnapshot) {
    // Those of a command are plain objects again, as JSON carries them.
    if (snapshot) this.messages = snapshot.messages.map((message) => new Message(message));
  }
}
