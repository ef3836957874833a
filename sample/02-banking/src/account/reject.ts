import { CommandRejectedError } from '@event-sourcing/nestjs';
import type { Rejection } from './rejection.js';

/** @throws CommandRejectedError always */
export function reject(reason: Rejection, message: string): never {
  throw new CommandRejectedError(message, { reason });
}
