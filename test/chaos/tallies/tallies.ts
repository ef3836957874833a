import { Command } from '@nestjs/cqrs';
import { IsArray, IsInt, IsString } from 'class-validator';
import {
  type AggregateCommandHandler,
  Apply,
  CommandHandler,
  type CommandReceipt,
  DomainEvent,
  FoldProjection,
  type FoldHandler,
  MapProjection,
  type MapHandler,
  type RecordedEvent,
  type TenantId,
} from '../../../lib/index.js';

export const TALLY = 'tally';
const RESIDUES = 10;
/** Keeps the digest a safe integer. */
const DIGEST_RANGE = 1_000_003;

/** One number of a stream; there it comes once. */
@DomainEvent('tally.counted')
export class Counted {
  @IsInt() number!: number;

  static of(number: number): Counted {
    return Object.assign(new Counted(), { number });
  }
}

export class Count extends Command<CommandReceipt> {
  @IsString() tallyId!: string;
  @IsArray() @IsInt({ each: true }) numbers!: readonly number[];
  @IsString() tenantId!: TenantId;
  @IsString() commandId!: string;

  static of(tenantId: TenantId, tallyId: string, numbers: readonly number[], commandId: string): Count {
    return Object.assign(new Count(), { tenantId, tallyId, numbers, commandId });
  }
}

@CommandHandler(Count, {
  type: 'tally.count',
  aggregateId: ({ tallyId }) => tallyId,
  commandId: ({ commandId }) => commandId,
})
export class CountHandler implements AggregateCommandHandler<Count> {
  handle({ numbers }: Count): readonly object[] {
    return numbers.map((number) => Counted.of(number));
  }
}

export interface Tally {
  readonly count: number;
  readonly sum: number;
  /** Another one for the same numbers in another order. */
  readonly digest: number;
}

@FoldProjection({ name: 'tallies' })
export class Tallies implements FoldHandler<Tally> {
  protected readonly base: number = 31;

  init(): Tally {
    return { count: 0, sum: 0, digest: 0 };
  }

  @Apply(Counted)
  counted({ count, sum, digest }: Tally, { data: { number } }: Pick<RecordedEvent<Counted>, 'data'>): Tally {
    return { count: count + 1, sum: sum + number, digest: (digest * this.base + number) % DIGEST_RANGE };
  }
}

/** Of the next release, which has other digests. */
@FoldProjection({ name: 'tallies', version: 2 })
export class NextTallies extends Tallies {
  protected override readonly base = 37;
}

/** Over all aggregates of a tenant. */
@FoldProjection({ name: 'residues', events: [Counted], key: ({ data }) => residueOf(data.number) })
export class Residues extends Tallies {}

export function residueOf(number: number): string {
  return `residue-${number % RESIDUES}`;
}

@MapProjection({ name: 'counts', events: [Counted] })
export class Counts implements MapHandler<Counted, { number: number }> {
  map({ data: { number } }: RecordedEvent<Counted>): { number: number } {
    return { number };
  }
}
