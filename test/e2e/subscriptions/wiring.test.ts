import { Module, type Type } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { EventSubscription, type EventSubscriptionOptions, WiringError } from '../../../lib/index.js';
import { appWith, start } from '../../support/apps.js';
import { Added } from '../../support/counter-app.js';
import { listener, Told } from '../../support/told.js';

class Undeclared {}

async function boot(providers: Type[], imports: Type[] = []): Promise<readonly string[]> {
  const refused: unknown = await start(appWith(providers, {}, imports)).catch((error: unknown) => error);
  if (refused instanceof WiringError) return refused.problems;
  if (refused instanceof Error) throw refused;
  return [];
}

const refused = async (options: object): Promise<string> => (await boot([listener(new Told(), options)])).join('\n');

describe('the wiring of subscriptions', () => {
  it.each<[string, object, RegExp]>([
    ['a name of ours', { name: '$mine' }, /name of Listener must not begin with \$/],
    ['no name', { name: '' }, /name of Listener/],
    ['no number', { maxBatchEvents: 0 }, /maxBatchEvents of Listener/],
    ['another end of attempts', { whenExhausted: 'skip' }, /whenExhausted of Listener must be 'dead-letter' or 'park'/],
    ['another pipeline', { pipeline: 'counting' }, /pipeline of Listener must be 'all'/],
    ['another beginning', { from: 'end' }, /from of Listener must be 'beginning', 'now' or a Date, not end/],
    ['no time', { from: new Date(Number.NaN) }, /from of Listener/],
    ['a partition that is none', { partition: 'room' }, /partition of Listener must be a function/],
    ['an event that is none', { query: { events: [Undeclared] } }, /lists Undeclared, which is no event/],
    ['no events', { query: { events: [] } }, /Listener lists no events/],
    ['a query that is none', { query: [] }, /query of Listener is none: .*must be an object/],
    ['a part that is none', { query: { type: 'x' } }, /query\.type.* is none of events/],
    ['a tenant that is none', { query: { tenants: [''] } }, /query of Listener is none/],
    ['tags that are none', { query: { tags: 'red' } }, /query\.tags.* must be an array/],
    ['a pattern that is none', { query: { payload: 7 } }, /query\.payload.* must be an object/],
    ['a filter that is none', { query: { where: true } }, /query\.where.* must be a function/],
    ['an id that is none', { query: { aggregateId: '' } }, /query\.aggregateId/],
    ['a name that is too long for what is kept', { name: 'n'.repeat(257) }, /name of Listener/],
  ])('refuses %s', async (_, options, problem) => {
    expect(await refused(options)).toMatch(problem);
  });

  it('refuses a class without handle, and two of one name', async () => {
    class Deaf {}
    EventSubscription({ name: 'deaf' } satisfies EventSubscriptionOptions)(Deaf as never);
    expect(await boot([Deaf])).toEqual([expect.stringContaining('Deaf has no handle()')]);
    expect(await boot([listener(new Told()), listener(new Told())])).toEqual([
      expect.stringContaining("The subscription name 'listener' is used by Listener and Listener"),
    ]);
  });

  it('refuses one outside of a pipeline, but for one of all', async () => {
    const alone = (options: Partial<EventSubscriptionOptions>): Type => {
      @Module({ providers: [listener(new Told(), options)] })
      class AloneModule {}
      return AloneModule;
    };
    expect(await boot([], [alone({})])).toEqual([expect.stringContaining('which has no pipeline')]);
    expect(await boot([], [alone({ pipeline: 'all', query: { events: [Added] } })])).toEqual([]);
  });
});
