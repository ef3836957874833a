import { expectTypeOf, test } from 'vitest';
import { createProjectionConfig, type EventRecord, type ProjectionConfig } from '../../lib/compat.js';

const handle = async (_event: EventRecord): Promise<void> => {};

test('a configuration has a handler for each of its types, and for no other', () => {
  const config = createProjectionConfig(['UserRegistered', 'UserUpdated'], {
    UserRegistered: handle,
    UserUpdated: handle,
  });
  expectTypeOf(config).toEqualTypeOf<ProjectionConfig<'UserRegistered' | 'UserUpdated'>>();
  // @ts-expect-error UserUpdated has none
  createProjectionConfig(['UserRegistered', 'UserUpdated'], { UserRegistered: handle });
  // @ts-expect-error UserDeleted is not listened to
  createProjectionConfig(['UserRegistered'], { UserRegistered: handle, UserDeleted: handle });
});
