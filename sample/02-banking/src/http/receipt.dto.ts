import { consistencyToken, type ConsistencyToken, type StoredReceipt } from '@event-sourcing/nestjs';
import { ApiProperty } from '@nestjs/swagger';

/** What became of a command. */
export class ReceiptDto {
  @ApiProperty({ example: '4be1c2f09a77', description: 'The account: the new one, or of a transfer the one that pays' })
  readonly accountId: string;

  @ApiProperty()
  readonly commandId: string;

  @ApiProperty({ description: 'How many events it led to' })
  readonly eventCount: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Sequence of the last one in the stream of the account' })
  readonly lastSequence: number | null;

  @ApiProperty({ type: String, description: 'Also in the header Consistency-Token; reads with it show this write' })
  readonly consistencyToken: ConsistencyToken;

  constructor(receipt: StoredReceipt) {
    this.accountId = receipt.aggregateId;
    this.commandId = receipt.commandId;
    this.eventCount = receipt.eventCount;
    this.lastSequence = receipt.lastSequence;
    this.consistencyToken = consistencyToken(receipt);
  }
}
