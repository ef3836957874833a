import { PageOf } from '../../http/page-of.js';
import { SimulationRunDto } from './simulation-run.dto.js';

/** One page of simulations, those that were queued last first. */
export class SimulationRunPageDto extends PageOf(SimulationRunDto) {}
