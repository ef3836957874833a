import { Body, Controller, Get, HttpCode, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  type AppendResult,
  type CommandReceipt,
  ConsistencyInterceptor,
  ConsistentWith,
  createTenantId,
  EventStore,
  InjectProjection,
  ProjectionReader,
  Projections,
  type TenantId,
} from '../../lib/index.js';
import { stream } from './apps.js';
import { Add, Added, Additions, acme, type Total, Totals } from './counter-app.js';

interface TenantRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const tenantOf = ({ headers }: TenantRequest): TenantId => createTenantId(headers['x-tenant'] ?? acme);

/** The counters over HTTP: commands in, totals out. */
@Controller('counters')
@UseInterceptors(ConsistencyInterceptor)
export class CountersController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly log: EventStore,
    private readonly projections: Projections,
    @InjectProjection(Totals) private readonly totals: ProjectionReader<Total>,
  ) {}

  @Post()
  @HttpCode(200)
  async addAll(
    @Body() { ids, amount }: { ids: readonly string[]; amount: number },
  ): Promise<readonly CommandReceipt[]> {
    return Promise.all(ids.map((id) => this.commandBus.execute<Add, CommandReceipt>(Add.of(id, amount))));
  }

  @Post(':id')
  async add(@Param('id') id: string, @Body() { amount }: { amount: number }): Promise<CommandReceipt> {
    return this.commandBus.execute<Add, CommandReceipt>(Add.of(id, amount));
  }

  @Post(':id/events')
  async append(@Param('id') id: string, @Body() { amounts }: { amounts: readonly number[] }): Promise<AppendResult> {
    return this.log.append(
      stream(id),
      amounts.map((amount) => ({ data: Added.of(amount) })),
    );
  }

  @Get(':id')
  @ConsistentWith(Totals, { timeoutMs: 60_000, tenantId: tenantOf })
  async total(@Param('id') id: string): Promise<{ total: number | null }> {
    return { total: (await this.totals.get(id, { tenantId: acme }))?.total ?? null };
  }

  @Get(':id/soon')
  @ConsistentWith(Totals, { timeoutMs: 50, tenantId: tenantOf })
  soon(@Param('id') id: string): Promise<{ total: number | null }> {
    return this.total(id);
  }

  @Get(':id/anyway')
  @ConsistentWith('totals', { timeoutMs: 50, whenLate: 'read', tenantId: tenantOf })
  anyway(@Param('id') id: string): Promise<{ total: number | null }> {
    return this.total(id);
  }

  @Get(':id/all')
  @ConsistentWith([Totals, Additions], { timeoutMs: 60_000, tenantId: tenantOf })
  async all(@Param('id') id: string, @Query('limit') limit?: string): Promise<object> {
    const records = await this.projections.records(Additions, id, { tenantId: acme, limit: Number(limit ?? 100) });
    return { ...(await this.total(id)), additions: records.map(({ record }) => record.amount) };
  }

  @Get(':id/nothing')
  nothing(): { nothing: true } {
    return { nothing: true };
  }
}
