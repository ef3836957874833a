import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
  ServiceUnavailableException,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import type { EventSourcingError } from '../../errors/event-sourcing.error.js';
import { Consistency } from '../consistency.js';
import type { ConsistencyResult } from '../consistency-result.js';
import type { ConsistencyToken } from '../consistency-token.js';
import { InvalidConsistencyTokenError } from '../invalid-consistency-token.error.js';
import { TooManyWaitsError } from '../too-many-waits.error.js';
import { CONSISTENCY_STATUS_HEADER, CONSISTENCY_TOKEN_HEADER } from './consistency-headers.js';
import { ConsistencyTimeoutException } from './consistency-timeout.exception.js';
import { CONSISTENT_WITH, type ConsistentWithMetadata } from './consistent-with.token.js';
import { tokensOf } from './tokens-of.js';

/** Tokens of one header. */
const MAX_TOKENS = 20;
const RETRY_AFTER_SECONDS = '1';
/** From best to worst. */
const STATUSES = ['applied', 'eventless', 'rejected', 'failed', 'timed-out'] as const;

/** Requests that have waited, since the interceptor may stand before a handler more than once. */
const waited = new WeakSet<object>();

interface HttpRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Read your own write over HTTP, with Express and Fastify. Where a handler returns a receipt of a command, the result of
 * an append, or a list of them, the response gets the header `Consistency-Token`. A handler with `@ConsistentWith` waits
 * for the tokens of that header of its request.
 *
 *     @UseInterceptors(ConsistencyInterceptor)   // on a handler or a controller, or as APP_INTERCEPTOR
 *
 * A list of more than 20 streams gets no header, and a line in the log. Other origins see the headers only when CORS
 * exposes them (`exposedHeaders`).
 *
 * @publicApi
 */
@Injectable()
export class ConsistencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger('EventSourcing');

  constructor(
    private readonly consistency: Consistency,
    private readonly reflector: Reflector,
    private readonly host: HttpAdapterHost,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<HttpRequest>(), http.getResponse<unknown>()];
    const metadata = this.reflector.getAllAndOverride<ConsistentWithMetadata | undefined>(CONSISTENT_WITH, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (metadata && !waited.has(request)) {
      waited.add(request);
      await this.untilConsistent(request, response, metadata);
    }
    return next.handle().pipe(tap((returned) => this.tell(response, returned)));
  }

  private async untilConsistent(
    request: HttpRequest,
    response: unknown,
    { awaited, options: { timeoutMs, whenLate = 'refuse', tenantId } }: ConsistentWithMetadata,
  ): Promise<void> {
    const tokens = tokensIn(request);
    if (tokens.length === 0) return;
    let results: readonly ConsistencyResult[];
    try {
      if (tokens.length > MAX_TOKENS) throw new InvalidConsistencyTokenError();
      const options = { timeoutMs, tenantId: tenantId?.(request as never) };
      const waits = tokens.flatMap((token) => awaited.map((one) => this.consistency.applied(token, one, options)));
      results = await Promise.all(waits);
    } catch (error) {
      throw this.toException(error, response);
    }
    const status = STATUSES[Math.max(...results.map((result) => STATUSES.indexOf(result.status)))]!;
    this.set(response, CONSISTENCY_STATUS_HEADER, status);
    if (status === 'timed-out' && whenLate === 'refuse') {
      this.set(response, 'Retry-After', RETRY_AFTER_SECONDS);
      throw new ConsistencyTimeoutException();
    }
  }

  /** What is not about the token or the wait is left to the filters of the application. */
  private toException(error: unknown, response: unknown): unknown {
    if (error instanceof InvalidConsistencyTokenError) {
      return new BadRequestException(bodyOf(error, 400, 'Bad Request'), { cause: error });
    }
    if (error instanceof TooManyWaitsError) {
      this.set(response, 'Retry-After', RETRY_AFTER_SECONDS);
      return new ServiceUnavailableException(bodyOf(error, 503, 'Service Unavailable'), { cause: error });
    }
    return error;
  }

  private tell(response: unknown, returned: unknown): void {
    const tokens = tokensOf(returned);
    if (tokens.length > MAX_TOKENS) {
      this.logger.warn({
        message: 'A response is about too many streams for a consistency token',
        tokens: tokens.length,
      });
    } else if (tokens.length > 0 && !this.host.httpAdapter.isHeadersSent(response)) {
      this.set(response, CONSISTENCY_TOKEN_HEADER, tokens.join(','));
    }
  }

  private set(response: unknown, header: string, value: string): void {
    this.host.httpAdapter.setHeader(response, header, value);
  }
}

function tokensIn({ headers }: HttpRequest): readonly ConsistencyToken[] {
  const given = [headers[CONSISTENCY_TOKEN_HEADER.toLowerCase()] ?? []].flat();
  const tokens = given.flatMap((text) => text.split(',')).map((text) => text.trim());
  return tokens.filter((token) => token !== '') as ConsistencyToken[];
}

function bodyOf({ code, message }: EventSourcingError, statusCode: number, error: string): object {
  return { statusCode, code, error, message };
}
