import { isDeepStrictEqual } from 'node:util';
import { CommandRejectedError, createTenantId } from '@event-sourcing/nestjs';
import { validateSync } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reason } from '../src/aggregates/reason.js';
import type { AlertDto } from '../src/alerts/alert.dto.js';
import type { EventPageDto } from '../src/http/recorded-event.dto.js';
import { CancelSimulationRun } from '../src/simulation-processing/commands/cancel-simulation-run.command.js';
import { FailSimulationRun } from '../src/simulation-processing/commands/fail-simulation-run.command.js';
import { FinishSimulationRun } from '../src/simulation-processing/commands/finish-simulation-run.command.js';
import { QueueSimulationRun } from '../src/simulation-processing/commands/queue-simulation-run.command.js';
import {
  cancelSimulationRun,
  failSimulationRun,
  finishSimulationRun,
  queueSimulationRun,
  startSimulationRun,
  takeMessageSnapshot,
  type SimulationRunPhase,
} from '../src/simulation-processing/commands/simulation-run-decider.js';
import { TakeMessageSnapshot } from '../src/simulation-processing/commands/take-message-snapshot.command.js';
import type { SimulationRunDetailDto } from '../src/simulation-processing/http/simulation-run-detail.dto.js';
import type { SimulationRunPageDto } from '../src/simulation-processing/http/simulation-run-page.dto.js';
import { MAX_SNAPSHOT_BYTES, Message, MessageSnapshot } from '../src/simulation-processing/message-snapshot.js';
import { SimulationRunState } from '../src/simulation-processing/projections/simulation-run-state.fold.js';
import { SimulationResult } from '../src/simulation-processing/simulation-result.js';
import { SimulationSetup } from '../src/simulation-processing/simulation-setup.js';
import { eventually } from './support/eventually.js';
import { startSample, type RunningSample } from './support/start-sample.js';

/** What the module allows by default. */
const MAX_STATE_BYTES = 1_048_576;

describe('the decider', () => {
  const address = { tenantId: createTenantId('acme'), aggregateId: 's-1', commandId: 'c-1' };
  const why = new Reason({ reason: 'because' });
  const setup = new SimulationSetup({ scenario: 'refund' });
  const result = new SimulationResult({ verdict: 'success' });
  const snapshot = new MessageSnapshot({ messages: [{ role: 'user', content: 'hello' }] });
  const decide: Record<string, (phase: SimulationRunPhase) => readonly object[]> = {
    queue: (phase) => queueSimulationRun(phase, new QueueSimulationRun(address, setup)),
    start: startSimulationRun,
    'take a snapshot': (phase) => takeMessageSnapshot(phase, new TakeMessageSnapshot(address, snapshot)),
    finish: (phase) => finishSimulationRun(phase, new FinishSimulationRun(address, result)),
    fail: (phase) => failSimulationRun(phase, new FailSimulationRun(address, why)),
    cancel: (phase) => cancelSimulationRun(phase, new CancelSimulationRun(address, why)),
  };
  const legal: Record<SimulationRunPhase, readonly string[]> = {
    unknown: ['queue'],
    queued: ['start', 'fail', 'cancel'],
    running: ['take a snapshot', 'finish', 'fail', 'cancel'],
    finished: [],
    failed: [],
    cancelled: [],
  };
  const cases = Object.entries(legal).flatMap(([phase, steps]) =>
    Object.keys(decide).map((step) => [phase as SimulationRunPhase, step, steps.includes(step)] as const),
  );

  it.each(cases)('in the phase %s, may it %s? %s', (phase, step, isLegal) => {
    const events = () => decide[step]!(phase);
    if (isLegal) expect(events().length).toBe(1);
    else expect(events).toThrow(CommandRejectedError);
  });
});

describe('the bounds of a simulation', () => {
  /** A character that takes six bytes as JSON. */
  const wide = '\u0001';
  const messages = (count: number) =>
    Array.from({ length: count }, () => new Message({ role: 'tool', content: wide.repeat(16_000) }));

  it('are what a snapshot may have as JSON', () => {
    expect(validateSync(new MessageSnapshot({ messages: messages(5) }))).toEqual([]);
    const [problem] = validateSync(new MessageSnapshot({ messages: messages(6) }));
    expect(problem?.constraints).toEqual({ maxJsonBytes: 'messages must not exceed 500000 bytes as JSON' });
  });

  it('leave a state that a row can hold', () => {
    const criteria = Array.from({ length: 50 }, () => wide.repeat(500));
    const result = new SimulationResult({
      verdict: 'failure',
      reasoning: wide.repeat(5_000),
      metCriteria: criteria,
      unmetCriteria: criteria,
    });
    expect(validateSync(result)).toEqual([]);
    const state = { ...new SimulationRunState().init(), ...result };
    expect(Buffer.byteLength(JSON.stringify(state)) + MAX_SNAPSHOT_BYTES).toBeLessThan(MAX_STATE_BYTES);
  });
});

let sample: RunningSample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(async () => {
  await sample.app.close();
});

const HELLO = { role: 'user', content: 'Where is my parcel?' };
const ANSWER = { role: 'assistant', content: 'On its way.' };

const queue = (runId: string, more: object = {}, tenant = 'acme') =>
  sample.command('/simulation-runs', { runId, scenario: 'late parcel', ...more }, { tenant });
const step = (runId: string, name: string, body: object = {}, tenant = 'acme') =>
  sample.command(`/simulation-runs/${runId}/${name}`, body, { tenant });
const until = async (runId: string, status: string) =>
  (
    await eventually(
      () => sample.get<SimulationRunDetailDto>(`/simulation-runs/${runId}`),
      (answer) => answer.body.status === status,
    )
  ).body;
const typesOf = async (runId: string) =>
  (await sample.get<EventPageDto>(`/simulation-runs/${runId}/events`)).body.items.map(({ type }) => type);

describe('a simulation', () => {
  it('goes from the queue to a verdict, and shows its last snapshot', async () => {
    expect(await queue('sim-1', { scenarioSet: 'shipping' })).toMatchObject({ status: 200, body: { lastSequence: 1 } });
    expect(await until('sim-1', 'queued')).toMatchObject({ messages: [], startedAt: null, durationMs: null });
    await step('sim-1', 'start');
    await step('sim-1', 'message-snapshots', { messages: [HELLO] });
    await step('sim-1', 'message-snapshots', { messages: [HELLO, ANSWER] });
    const result = { verdict: 'success', reasoning: 'kind', metCriteria: ['answers'], unmetCriteria: [] };
    expect((await step('sim-1', 'finish', result)).status).toBe(200);
    expect(await until('sim-1', 'finished')).toEqual({
      ...result,
      runId: 'sim-1',
      scenario: 'late parcel',
      scenarioSet: 'shipping',
      status: 'finished',
      reason: null,
      messageCount: 2,
      messages: [HELLO, ANSWER],
      snapshots: 2,
      queuedAt: expect.any(String),
      startedAt: expect.any(String),
      endedAt: expect.any(String),
      durationMs: expect.any(Number),
    });
    expect(await typesOf('sim-1')).toEqual([
      'simulation_run.queued',
      'simulation_run.started',
      'simulation_run.message_snapshot_taken',
      'simulation_run.message_snapshot_taken',
      'simulation_run.finished',
    ]);
  });

  it.each([
    ['fail', 'failed', 'queued'],
    ['cancel', 'cancelled', 'queued'],
    ['fail', 'failed', 'running'],
    ['cancel', 'cancelled', 'running'],
  ])('can %s: it is %s then, also when it was %s', async (name, status, phase) => {
    const id = `sim-${name}-${phase}`;
    await queue(id);
    if (phase === 'running') await step(id, 'start');
    expect((await step(id, name, { reason: 'out of money' })).status).toBe(200);
    const run = await until(id, status);
    expect(run).toMatchObject({ reason: 'out of money', verdict: null, endedAt: expect.any(String) });
    expect(run.durationMs === null).toBe(phase === 'queued');
  });

  it('refuses what makes no sense', async () => {
    const rejected = async (runId: string, name: string, body: object) => {
      const answer = await step(runId, name, body);
      expect(answer.status).toBe(422);
      return answer.body as unknown as { readonly code: string };
    };
    const finish = { verdict: 'failure' };
    expect(await rejected('nobody', 'start', {})).toMatchObject({ code: 'SIMULATION_RUN_UNKNOWN' });
    expect(await rejected('nobody', 'cancel', { reason: 'no' })).toMatchObject({ code: 'SIMULATION_RUN_UNKNOWN' });
    await queue('sim-2');
    expect(await queue('sim-2')).toMatchObject({ status: 422, body: { code: 'SIMULATION_RUN_QUEUED' } });
    expect(await rejected('sim-2', 'finish', finish)).toMatchObject({ code: 'SIMULATION_RUN_QUEUED' });
    const messages = { messages: [HELLO] };
    expect(await rejected('sim-2', 'message-snapshots', messages)).toMatchObject({ code: 'SIMULATION_RUN_QUEUED' });
    await step('sim-2', 'start');
    expect(await rejected('sim-2', 'start', {})).toMatchObject({ code: 'SIMULATION_RUN_RUNNING' });
    await step('sim-2', 'cancel', { reason: 'enough' });
    expect(await rejected('sim-2', 'finish', finish)).toMatchObject({ code: 'SIMULATION_RUN_CANCELLED' });
    expect(await typesOf('sim-2')).toEqual([
      'simulation_run.queued',
      'simulation_run.started',
      'simulation_run.cancelled',
    ]);
  });

  it('that fails is told of, and of no other', async () => {
    for (const id of ['bad', 'good', 'open', 'broken']) {
      await queue(id, {}, 'alerts');
      await step(id, 'start', {}, 'alerts');
    }
    const verdict = { verdict: 'failure', reasoning: 'rude', unmetCriteria: ['is polite'] };
    await step('good', 'finish', { verdict: 'success' }, 'alerts');
    await step('open', 'finish', { verdict: 'inconclusive' }, 'alerts');
    await step('bad', 'finish', verdict, 'alerts');
    await step('broken', 'fail', { reason: 'no connection' }, 'alerts');
    const { body } = await eventually(
      () => sample.get<AlertDto[]>('/alerts', 'alerts'),
      (answer) => answer.body.length >= 2,
    );
    expect(body.toSorted((one, other) => one.subjectId.localeCompare(other.subjectId))).toMatchObject([
      {
        kind: 'simulation_failed',
        subjectId: 'bad',
        message: 'rude',
        details: { scenario: 'late parcel', verdict: 'failure', unmetCriteria: ['is polite'] },
      },
      { kind: 'simulation_failed', subjectId: 'broken', message: 'no connection', details: { verdict: null } },
    ]);
  });
});

describe('GET /simulation-runs', () => {
  const list = async (query: string, tenant = 'lists') =>
    (await sample.get<SimulationRunPageDto>(`/simulation-runs${query}`, tenant)).body;

  beforeAll(async () => {
    await queue('a', { scenarioSet: 'one' }, 'lists');
    await queue('b', { scenario: 'refund', scenarioSet: 'one' }, 'lists');
    await queue('c', {}, 'lists');
    await step('b', 'start', {}, 'lists');
    await step('b', 'finish', { verdict: 'success' }, 'lists');
    await step('c', 'cancel', { reason: 'no' }, 'lists');
  });

  it.each([
    ['', ['c', 'b', 'a']],
    ['?scenario=refund', ['b']],
    ['?scenarioSet=one', ['b', 'a']],
    ['?scenarioSet=default', ['c']],
    ['?status=queued', ['a']],
    ['?status=cancelled', ['c']],
    ['?verdict=success', ['b']],
    ['?verdict=failure', []],
    ['?pageSize=2&page=2', ['a']],
  ])('filters and pages by %s', async (query, expected) => {
    const read = async () => (await list(query)).items.map(({ runId }) => runId);
    expect(await eventually(read, (ids) => isDeepStrictEqual(ids, expected))).toEqual(expected);
  });

  it('leaves the conversations out', async () => {
    expect((await list('')).items[0]).not.toHaveProperty('messages');
  });

  it('shows a tenant nothing of another', async () => {
    expect(await list('', 'globex')).toMatchObject({ items: [], total: 0 });
    expect((await sample.get('/simulation-runs/a', 'globex')).status).toBe(404);
    expect((await sample.get('/simulation-runs/a/events', 'globex')).status).toBe(404);
    expect(await step('a', 'start', {}, 'globex')).toMatchObject({ body: { code: 'SIMULATION_RUN_UNKNOWN' } });
  });
});
