import { HttpStatus } from '@nestjs/common';
import { ProblemException } from './problem.exception.js';

/** @param what such as `experiment run`, which gives the code `EXPERIMENT_RUN_NOT_FOUND` */
export function notFound(what: string, id: string): ProblemException {
  const code = `${what.replaceAll(' ', '_').toUpperCase()}_NOT_FOUND`;
  return new ProblemException(HttpStatus.NOT_FOUND, `There is no ${what} ${id}.`, { code });
}
