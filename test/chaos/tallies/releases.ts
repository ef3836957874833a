import type { Type } from '@nestjs/common';
import { TAKE_EFFECT, TAKE_NEXT_EFFECT, TakeDurably, TakeEffect, TakeNextDurably, TakeNextEffect } from './effects.js';
import { NextTallies, Tallies } from './tallies.js';

/** What two releases of the application have of their own, which may run side by side. */
export interface Release {
  readonly fold: Type<Tallies>;
  /** The reactor that only this one has. */
  readonly reactor: string;
  readonly providers: readonly Type[];
}

export type ReleaseName = 'this' | 'next';

export const RELEASES: Readonly<Record<ReleaseName, Release>> = {
  this: { fold: Tallies, reactor: TAKE_EFFECT, providers: [Tallies, TakeEffect, TakeDurably] },
  next: { fold: NextTallies, reactor: TAKE_NEXT_EFFECT, providers: [NextTallies, TakeNextEffect, TakeNextDurably] },
};
