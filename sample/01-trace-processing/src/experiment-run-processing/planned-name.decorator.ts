import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Length } from 'class-validator';
import { MAX_NAME_LENGTH } from './experiment-plan.js';

/** The name of a target or an evaluator of the plan. */
export function PlannedName(): PropertyDecorator {
  return applyDecorators(ApiProperty({ description: 'One of the plan' }), Length(1, MAX_NAME_LENGTH));
}
