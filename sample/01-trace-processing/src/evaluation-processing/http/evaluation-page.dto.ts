import { PageOf } from '../../http/page-of.js';
import { EvaluationDto } from './evaluation.dto.js';

/** One page of evaluations, those that were scheduled last first. */
export class EvaluationPageDto extends PageOf(EvaluationDto) {}
