import { createInterface } from 'node:readline';

/**
 * The side of a racing process. Each line in lets all of its writers run one round, so that none is ahead of the others;
 * each line out says that they are ready for the next one.
 */
export async function runRounds(rounds: number, run: (round: number) => Promise<unknown>): Promise<void> {
  process.stdout.write('ready\n');
  const goes = createInterface(process.stdin)[Symbol.asyncIterator]();
  for (let round = 0; round < rounds; round += 1) {
    await goes.next();
    await run(round);
    if (round < rounds - 1) process.stdout.write('ready\n');
  }
}
