import { HttpStatus, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { ACCOUNT_ID } from '../account/account-id.js';
import { ProblemException } from './problem.exception.js';

const RULE = 'must be 1 to 64 lower case letters, digits and hyphens';

/** Checks the id of an account that stands in the path. */
@Injectable()
export class AccountIdPipe implements PipeTransform<unknown, string> {
  /** @throws ProblemException (400) */
  transform(value: unknown, { data: field = 'accountId' }: ArgumentMetadata): string {
    if (typeof value === 'string' && ACCOUNT_ID.test(value)) return value;
    throw new ProblemException(HttpStatus.BAD_REQUEST, `The ${field} ${RULE}.`, {
      code: 'INVALID_REQUEST',
      errors: [{ field, message: RULE }],
    });
  }
}
