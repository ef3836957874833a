import { CONSISTENCY_TOKEN_HEADER } from '@event-sourcing/nestjs';
import { HttpStatus, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap, type Observable } from 'rxjs';
import type { ReceiptDto } from './receipt.dto.js';

/** Answers a command with its token, and one that is queued, and not stored yet, with 202. */
@Injectable()
export class AcceptedInterceptor implements NestInterceptor<ReceiptDto> {
  intercept(context: ExecutionContext, next: CallHandler<ReceiptDto>): Observable<ReceiptDto> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      tap(({ status, consistencyToken }) => {
        response.set(CONSISTENCY_TOKEN_HEADER, consistencyToken);
        if (status === 'queued') response.status(HttpStatus.ACCEPTED);
      }),
    );
  }
}
