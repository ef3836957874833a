import { EventSourcingModule } from '@event-sourcing/nestjs';
import { Module } from '@nestjs/common';
import { AccountOverview } from './account/account-overview.fold.js';
import { ACCOUNT } from './account/accounts-decider.js';
import { DecisionContext } from './account/decision-context.js';
import { ACCOUNT_EVENTS } from './account/events/account-events.js';
import { SLICES } from './features/slices.js';
import { CommandSender } from './http/command-sender.js';
import { AccountCounter } from './menu/account-counter.js';

/** One pipeline, cut into features. */
@Module({
  imports: [
    EventSourcingModule.forFeature({ pipeline: 'banking', aggregateType: ACCOUNT, events: [...ACCOUNT_EVENTS] }),
  ],
  controllers: SLICES.flatMap(({ controllers }) => [...controllers]),
  providers: [
    AccountOverview,
    DecisionContext,
    CommandSender,
    AccountCounter,
    ...SLICES.flatMap(({ providers, menu }) => [...providers, menu]),
  ],
})
export class BankingModule {}
