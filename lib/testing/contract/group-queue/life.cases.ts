import { done, type GroupQueueCases, lane, range, settled } from './group-queue-cases.js';

/** That a life ends when the server's memory does stands beside the adapter that has a server. */
export function lifeCases({ expect, test, open, start }: GroupQueueCases): void {
  test('is the same for as long as nothing is lost, whatever is staged, done and forgotten', async () => {
    const queue = await start(done);
    const life = await queue.life();
    expect(life).not.toBe('');
    await queue.stage([range(lane('a'), 1), range(lane('b', 'fold', 'other'), 1)]);
    await settled(queue);
    await queue.forget(lane('b', 'fold', 'other').tenantId);
    expect(await Promise.all([queue.life(), queue.life()])).toEqual([life, life]);
  });

  test('differs from that of another queue', async () => {
    expect(await (await open()).life()).not.toBe(await (await open({}, 'another')).life());
  });
}
