import { HttpStatus, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap, type Observable } from 'rxjs';
import type { ReceiptDto } from './receipt.dto.js';

/** Answers a command that is queued, and not stored yet, with 202. */
@Injectable()
export class AcceptedInterceptor implements NestInterceptor<ReceiptDto> {
  intercept(context: ExecutionContext, next: CallHandler<ReceiptDto>): Observable<ReceiptDto> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      tap(({ status }) => {
        if (status === 'queued') response.status(HttpStatus.ACCEPTED);
      }),
    );
  }
}
