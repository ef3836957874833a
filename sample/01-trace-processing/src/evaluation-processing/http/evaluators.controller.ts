import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TenantScoped } from '../../http/tenant-scoped.decorator.js';
import { EvaluatorRegistry } from '../evaluators/evaluator-registry.js';
import { EvaluatorDto } from './evaluator.dto.js';

@ApiTags('evaluations')
@Controller('evaluators')
@TenantScoped()
export class EvaluatorsController {
  constructor(private readonly evaluators: EvaluatorRegistry) {}

  @Get()
  @ApiOperation({ summary: 'The evaluators that the workers run on every trace' })
  @ApiOkResponse({ type: [EvaluatorDto] })
  list(): EvaluatorDto[] {
    return this.evaluators.all.map(({ name, description }) => ({ name, description }));
  }
}
