import { expect, test } from 'vitest';
import {
  createProjectionConfig,
  type EventRecord,
  type EventStore,
  type ProjectionConfig,
  startProjectionListener,
} from '../../lib/compat.js';
import { InvalidArgumentError } from '../../lib/errors/invalid-argument.error.js';
import { eventually } from '../support/eventually.js';

const registered = (userId: string) => ({
  eventType: 'UserRegistered',
  payload: { userId, email: `${userId}@example.com` },
});
const updated = (userId: string, email: string) => ({ eventType: 'UserUpdated', payload: { userId, email } });

/** Read models that are kept by a listener, on every store. */
export function listenerCases(open: () => EventStore): void {
  test('keeps a read model up to date while events are stored, until it is stopped', async () => {
    const store = open();
    const users = new Map<string, string>();
    const write = async ({ payload }: EventRecord): Promise<void> =>
      void users.set(payload['userId'] as string, payload['email'] as string);
    const config = createProjectionConfig(['UserRegistered', 'UserUpdated'], {
      UserRegistered: write,
      UserUpdated: write,
    });
    await store.append([registered('before')]);
    const stopListener = await startProjectionListener(store, config);
    await store.append([registered('123'), { eventType: 'SomethingElse', payload: { userId: '123', email: 'wrong' } }]);
    await store.append([updated('123', 'new@example.com')]);
    expect([...users]).toEqual([['123', 'new@example.com']]);
    await stopListener();
    await store.append([registered('after')]);
    expect(users.size).toBe(1);
  });

  test('calls a handler that failed again with that event alone, and lets what follows wait', async () => {
    const store = open();
    const seen: string[] = [];
    let isFailing = true;
    await startProjectionListener(store, {
      eventTypes: ['UserRegistered', 'UserUpdated'],
      handlers: {
        UserRegistered: async ({ sequenceNumber }) => void seen.push(`registered ${sequenceNumber}`),
        UserUpdated: async ({ sequenceNumber }) => {
          seen.push(`updated ${sequenceNumber}`);
          if (isFailing) throw new Error('not now');
        },
      },
    });
    await store.append([registered('a'), updated('a', 'b'), registered('c')]);
    expect(seen).toEqual(['registered 1', 'updated 2']);
    isFailing = false;
    await eventually(() => expect(seen.at(-1)).toBe('registered 3'));
    expect(seen.filter((one) => one.startsWith('registered'))).toEqual(['registered 1', 'registered 3']);
  });

  test('refuses types without a handler, handlers without a type, and nothing at all', async () => {
    const handle = async (): Promise<void> => {};
    const wrong: readonly ProjectionConfig[] = [
      { eventTypes: [], handlers: {} },
      { eventTypes: ['UserRegistered'], handlers: {} },
      { eventTypes: ['UserRegistered'], handlers: { UserRegistered: handle, UserUpdated: handle } },
      { eventTypes: ['toString'], handlers: {} },
    ];
    for (const config of wrong) {
      expect(() => createProjectionConfig(config.eventTypes, config.handlers)).toThrow(InvalidArgumentError);
      await expect(startProjectionListener(open(), config)).rejects.toThrow(InvalidArgumentError);
    }
  });
}
