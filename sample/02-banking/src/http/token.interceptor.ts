import { CONSISTENCY_TOKEN_HEADER } from '@event-sourcing/nestjs';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap, type Observable } from 'rxjs';
import type { ReceiptDto } from './receipt.dto.js';

/** Answers a command with the token of its receipt. */
@Injectable()
export class TokenInterceptor implements NestInterceptor<ReceiptDto> {
  intercept(context: ExecutionContext, next: CallHandler<ReceiptDto>): Observable<ReceiptDto> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(tap(({ consistencyToken }) => response.set(CONSISTENCY_TOKEN_HEADER, consistencyToken)));
  }
}
