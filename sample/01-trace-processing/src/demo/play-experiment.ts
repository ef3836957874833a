import { differences } from './differences.js';
import type { SampleClient } from './sample-client.js';
import { waitUntil } from './wait-until.js';

const RUN_ID = 'nightly';
const ROWS = 6;
const TARGETS = ['gpt-5-mini', 'mistral-small-3'];
const EVALUATORS = ['exact_match', 'tone'];
export const EXPERIMENT_RESULTS = ROWS * TARGETS.length * (1 + EVALUATORS.length);

interface RunAnswer {
  readonly status: string;
}

/** Plays a run of an experiment, every result twice; says what its summary says otherwise than counted here. */
export async function playExperiment(client: SampleClient): Promise<(deadline: number) => Promise<string[]>> {
  const path = '/experiment-runs';
  const plan = { runId: RUN_ID, experiment: 'shop-assistant', rows: ROWS, targets: TARGETS, evaluators: EVALUATORS };
  await client.send(path, plan);
  const sent = TARGETS.flatMap((target, index) =>
    Array.from({ length: ROWS }, (_, row) => resultsOf(target, index, row)).flat(),
  );
  await Promise.all(
    [...sent, ...sent].map(({ kind, result }) => client.send(`${path}/${RUN_ID}/${kind}-results`, result)),
  );
  return async (deadline) => {
    const read = () => client.get<RunAnswer>(`${path}/${RUN_ID}`);
    // It ends by itself with the last result.
    await waitUntil(deadline, async () => (await read())?.status === 'finished');
    return differences(`experiment run ${RUN_ID}`, expectedRun(), await read());
  };
}

/** Every third row fails; the tone of failures is not judged. */
function resultsOf(target: string, index: number, row: number): readonly { kind: string; result: object }[] {
  const isFailure = row % 3 === 2;
  const answer = { row, target, durationMs: 100 + row, costUsd: 0.001 * (index + 1) };
  const judged = { row, target, evaluator: 'exact_match', passed: row % 2 === 0 };
  const tone = { row, target, evaluator: 'tone', costUsd: 0.000_1 };
  return [
    { kind: 'target', result: isFailure ? { ...answer, error: 'timed out' } : { ...answer, output: `answer ${row}` } },
    { kind: 'evaluator', result: judged },
    { kind: 'evaluator', result: isFailure ? { ...tone, status: 'skipped' } : { ...tone, score: row / 10 } },
  ];
}

/** Written down, not computed as the sample does: rows 0 to 5, of which 2 and 5 fail. */
function expectedRun(): object {
  const exactMatch = { ...NOTHING, evaluator: 'exact_match', results: 6, judged: 6, passed: 3, passRate: 0.5 };
  const tone = {
    ...NOTHING,
    evaluator: 'tone',
    results: 6,
    skipped: 2,
    scored: 4,
    averageScore: 0.2,
    costUsd: 0.000_6,
  };
  const common = { results: 6, failures: 2, durationMs: 615, averageDurationMs: 102.5, evaluators: [exactMatch, tone] };
  return {
    experiment: 'shop-assistant',
    status: 'finished',
    targetResults: 12,
    evaluatorResults: 24,
    failures: 4,
    costUsd: 0.019_2,
    targets: [
      { ...common, target: 'gpt-5-mini', costUsd: 0.006, averageCostUsd: 0.001 },
      { ...common, target: 'mistral-small-3', costUsd: 0.012, averageCostUsd: 0.002 },
    ],
  };
}

const NOTHING = {
  results: 0,
  failures: 0,
  skipped: 0,
  judged: 0,
  passed: 0,
  passRate: null,
  scored: 0,
  averageScore: null,
  costUsd: 0,
};
