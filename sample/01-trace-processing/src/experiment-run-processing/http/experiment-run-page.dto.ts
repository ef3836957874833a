import { PageOf } from '../../http/page-of.js';
import { ExperimentRunDto } from './experiment-run.dto.js';

/** One page of runs, those that were started last first. */
export class ExperimentRunPageDto extends PageOf(ExperimentRunDto) {}
