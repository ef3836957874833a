import { differences } from './differences.js';
import type { SampleClient } from './sample-client.js';
import { waitUntil } from './wait-until.js';

const HELLO = { role: 'user', content: 'Where is my parcel?' };
const ANSWER = { role: 'assistant', content: 'On its way.' };

/** What is sent of each simulation after it was queued, and what is expected of it then. */
const SIMULATIONS: Readonly<Record<string, { steps: readonly (readonly [string, object?])[]; expected: object }>> = {
  'sim-success': {
    steps: [
      ['start'],
      ['message-snapshots', { messages: [HELLO] }],
      ['message-snapshots', { messages: [HELLO, ANSWER] }],
      ['finish', { verdict: 'success', metCriteria: ['answers'] }],
    ],
    expected: {
      status: 'finished',
      verdict: 'success',
      metCriteria: ['answers'],
      snapshots: 2,
      messages: [HELLO, ANSWER],
    },
  },
  'sim-failure': {
    steps: [['start'], ['finish', { verdict: 'failure', reasoning: 'rude', unmetCriteria: ['is polite'] }]],
    expected: { status: 'finished', verdict: 'failure', reasoning: 'rude', unmetCriteria: ['is polite'], messages: [] },
  },
  'sim-broken': {
    steps: [['start'], ['fail', { reason: 'no connection' }]],
    expected: { status: 'failed', verdict: null, reason: 'no connection' },
  },
  'sim-cancelled': {
    steps: [['cancel', { reason: 'not needed' }]],
    expected: { status: 'cancelled', reason: 'not needed', startedAt: null, durationMs: null },
  },
};

/** How many of them are started. */
export const STARTED_SIMULATIONS = 3;

interface RunAnswer {
  readonly endedAt: string | null;
}

/** Plays simulations that end in each way; says what their states say otherwise. */
export async function playSimulations(client: SampleClient): Promise<(deadline: number) => Promise<string[]>> {
  const path = '/simulation-runs';
  await Promise.all(
    Object.entries(SIMULATIONS).map(async ([runId, { steps }]) => {
      await client.send(path, { runId, scenario: 'late parcel' });
      for (const [step, body] of steps) await client.send(`${path}/${runId}/${step}`, body);
    }),
  );
  return async (deadline) => {
    const found: string[] = [];
    for (const [runId, { expected }] of Object.entries(SIMULATIONS)) {
      const read = () => client.get<RunAnswer>(`${path}/${runId}`);
      await waitUntil(deadline, async () => ((await read())?.endedAt ?? null) !== null);
      found.push(...differences(`simulation ${runId}`, expected, await read()));
    }
    return found;
  };
}
