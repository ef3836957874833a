import { HttpStatus } from '@nestjs/common';
import type { Rejection } from '../account/rejection.js';

const STATUSES: Partial<Record<string, HttpStatus>> = {
  ACCOUNT_NOT_FOUND: HttpStatus.NOT_FOUND,
  ACCOUNT_EXISTS: HttpStatus.CONFLICT,
  NAME_TAKEN: HttpStatus.CONFLICT,
} satisfies Partial<Record<Rejection, HttpStatus>>;

/** How a request is answered to which a rule of the bank says no. */
export function rejectionStatus(reason: string): HttpStatus {
  return STATUSES[reason] ?? HttpStatus.UNPROCESSABLE_ENTITY;
}
