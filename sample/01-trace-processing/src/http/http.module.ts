import { Module } from '@nestjs/common';
import { CommandSender } from './command-sender.js';
import { Reads } from './reads.js';
import { ReceiptsController } from './receipts.controller.js';

/** What the controllers of all pipelines share. */
@Module({
  controllers: [ReceiptsController],
  providers: [CommandSender, Reads],
  exports: [CommandSender, Reads],
})
export class HttpModule {}
