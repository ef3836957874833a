import { randomUUID } from 'node:crypto';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { InvalidArgumentError } from '../../errors/invalid-argument.error.js';
import type { AmbientContext } from '../ambient-context.js';
import { createTenantId } from '../create-tenant-id.js';
import { TenantContext } from '../tenant-context.js';
import { textProblem } from '../text-problem.js';
import { type AmbientContextOptions, CORRELATION_HEADER } from './ambient-context-options.js';
import { traceparentOf } from './traceparent.js';

/** Bytes of a correlation that comes from outside; it goes with all that the request leads to. */
const MAX_CORRELATION_BYTES = 128;

interface HttpRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Of Express, and of Fastify. */
interface HttpResponse {
  setHeader?(name: string, value: string): unknown;
  header?(name: string, value: string): unknown;
}

/**
 * Gives HTTP requests their `TenantContext`: tenant and user as the options say, the correlation of the header
 * `X-Correlation-Id`, and the trace of `traceparent` (W3C). Everything that follows carries them on by itself: the commands
 * that the request sends and the events it appends, their reactors and process managers, and the commands of those.
 *
 *     app.useGlobalInterceptors(
 *       new AmbientContextInterceptor<AuthenticatedRequest>({
 *         tenantId: (request) => request.tenantId,
 *         userId: (request) => request.user?.id,
 *       }),
 *     );
 *
 * It runs after guards, so that what they have found out is there, and before pipes and handlers. A correlation that is
 * missing, longer than 128 bytes, or not fit for an id is replaced by a new one; the response says which, in the same header. A
 * `traceparent` that is none is left out. With Express and Fastify; what is not HTTP is left alone.
 *
 * @throws InvalidTenantError for a tenant that is none, InvalidArgumentError for a user that is no id
 * @publicApi
 */
export class AmbientContextInterceptor<R = never> implements NestInterceptor {
  private readonly header: string;

  constructor(private readonly options: AmbientContextOptions<R>) {
    this.header = options.correlationHeader ?? CORRELATION_HEADER;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const ambient = this.contextOf(http.getRequest<R & HttpRequest>());
    if (!ambient) return next.handle();
    tell(http.getResponse<HttpResponse>(), this.header, ambient.correlationId!);
    // The handler is called when it is subscribed to.
    return new Observable((subscriber) => TenantContext.run(ambient, () => next.handle().subscribe(subscriber)));
  }

  private contextOf(request: R & HttpRequest): AmbientContext | undefined {
    const tenantId = this.options.tenantId(request);
    if (tenantId === undefined) return undefined;
    const userId = this.options.userId?.(request);
    const problem = userId === undefined ? null : textProblem(userId);
    if (problem !== null) throw new InvalidArgumentError('userId', problem);
    const correlation = request.headers[this.header.toLowerCase()];
    const isFit = textProblem(correlation, MAX_CORRELATION_BYTES) === null;
    return {
      tenantId: createTenantId(tenantId),
      correlationId: isFit ? (correlation as string) : randomUUID(),
      userId,
      traceparent: traceparentOf(request.headers['traceparent']),
    };
  }
}

function tell(response: HttpResponse, header: string, value: string): void {
  if (response.setHeader) response.setHeader(header, value);
  else response.header?.(header, value);
}
