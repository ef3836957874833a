import { consistencyToken, type CommandReceipt, type ConsistencyToken } from '@event-sourcing/nestjs';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What became of a command. */
export class ReceiptDto {
  @ApiProperty({ enum: ['stored', 'queued'], description: 'queued: it will be handled; its receipt can be asked for' })
  readonly status: 'stored' | 'queued';

  @ApiProperty()
  readonly commandId: string;

  @ApiPropertyOptional({ description: 'Of what is queued: for GET /receipts/{receiptId}' })
  readonly receiptId?: string;

  @ApiPropertyOptional({ description: 'Of what is stored: how many events it led to; 0 when it changed nothing' })
  readonly eventCount?: number;

  @ApiPropertyOptional({ type: Number, nullable: true, description: 'Of what is stored: sequence of its last event' })
  readonly lastSequence?: number | null;

  @ApiProperty({ type: String, description: 'Also in the header Consistency-Token; reads with it show this write' })
  readonly consistencyToken: ConsistencyToken;

  constructor(receipt: CommandReceipt) {
    this.consistencyToken = consistencyToken(receipt);
    this.status = receipt.status;
    this.commandId = receipt.commandId;
    if (receipt.status === 'queued') this.receiptId = receipt.receiptId;
    else [this.eventCount, this.lastSequence] = [receipt.eventCount, receipt.lastSequence];
  }
}
