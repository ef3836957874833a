import { PageOf } from '../../http/page-of.js';
import { TraceSummaryDto } from './trace-summary.dto.js';

/** One page of traces, newest first. */
export class TracePageDto extends PageOf(TraceSummaryDto) {}
