import { CommandRejectedError, createTenantId, type RecordedEvent } from '@event-sourcing/nestjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reason } from '../src/aggregates/reason.js';
import { CompleteEvaluation } from '../src/evaluation-processing/commands/complete-evaluation.command.js';
import {
  completeEvaluation,
  failEvaluation,
  scheduleEvaluation,
  skipEvaluation,
  startEvaluation,
  type EvaluationPhase,
} from '../src/evaluation-processing/commands/evaluation-decider.js';
import { FailEvaluation } from '../src/evaluation-processing/commands/fail-evaluation.command.js';
import { ScheduleEvaluation } from '../src/evaluation-processing/commands/schedule-evaluation.command.js';
import { SkipEvaluation } from '../src/evaluation-processing/commands/skip-evaluation.command.js';
import { Verdict } from '../src/aggregates/verdict.js';
import { MAX_EVALUATED_SPANS } from '../src/evaluation-processing/evaluators/evaluated-trace.js';
import { LatencyEvaluator } from '../src/evaluation-processing/evaluators/latency.evaluator.js';
import { readModelOutput } from '../src/evaluation-processing/evaluators/model-output.js';
import type { EvaluationDto } from '../src/evaluation-processing/http/evaluation.dto.js';
import type { EventPageDto } from '../src/http/recorded-event.dto.js';
import { RunEvaluation } from '../src/evaluation-processing/reactors/run-evaluation.reactor.js';
import type { EvaluationScheduled } from '../src/evaluation-processing/events/evaluation-scheduled.event.js';
import { ScheduleEvaluations } from '../src/trace-processing/reactors/schedule-evaluations.reactor.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { startSample, type RunningSample } from './support/start-sample.js';

const address = { tenantId: createTenantId('acme'), aggregateId: 'e-1', commandId: 'c-1' };
const request = { traceId: traceId(1), evaluator: 'latency', external: false };

describe('the decider', () => {
  const facts = { traceSequence: 3, isKnown: true };
  const schedule = (phase: EvaluationPhase, more: object = {}, known: object = {}) =>
    scheduleEvaluation(phase, new ScheduleEvaluation(address, { ...request, ...more }), { ...facts, ...known });
  const why = new Reason({ reason: 'because' });
  const decide: Record<string, (phase: EvaluationPhase) => readonly object[]> = {
    schedule,
    start: startEvaluation,
    complete: (phase) => completeEvaluation(phase, new CompleteEvaluation(address, new Verdict())),
    fail: (phase) => failEvaluation(phase, new FailEvaluation(address, why)),
    skip: (phase) => skipEvaluation(phase, new SkipEvaluation(address, why)),
  };
  const legal: Record<EvaluationPhase, readonly string[]> = {
    unknown: ['schedule'],
    scheduled: ['start', 'skip'],
    started: ['complete', 'fail', 'skip'],
    finished: [],
  };
  const cases = Object.entries(legal).flatMap(([phase, steps]) =>
    Object.keys(decide).map((step) => [phase as EvaluationPhase, step, steps.includes(step)] as const),
  );

  it.each(cases)('in the phase %s, may it %s? %s', (phase, step, isLegal) => {
    const events = () => decide[step]!(phase);
    if (isLegal) expect(events().length).toBe(1);
    else expect(events).toThrow(CommandRejectedError);
  });

  it('schedules the trace as it stands', () => {
    expect(schedule('unknown')).toEqual([{ ...request, traceSequence: 3 }]);
  });

  it('refuses a trace without events, and an evaluator that nobody runs', () => {
    expect(() => schedule('unknown', {}, { traceSequence: 0 })).toThrow(/no trace/);
    expect(() => schedule('unknown', {}, { isKnown: false })).toThrow(/no evaluator/);
    expect(schedule('unknown', { external: true }, { isKnown: false }).length).toBe(1);
  });
});

describe('readModelOutput', () => {
  it.each([
    [{ 'gen_ai.output.messages': 'hello' }, 'hello'],
    [{ 'gen_ai.output.messages': [{ content: 'hello' }] }, '[{"content":"hello"}]'],
    [{ 'gen_ai.completion': 'old' }, 'old'],
    [{ 'output.value': 'other' }, 'other'],
    [{ 'gen_ai.output.messages': null, 'output.value': '' }, ''],
    [{}, null],
  ])('of %j is %j', (attributes, output) => {
    expect(readModelOutput(attributes)).toBe(output);
  });
});

describe('an evaluation by the workers', () => {
  let sample: RunningSample;
  beforeAll(async () => {
    sample = await startSample();
  });
  beforeEach(() => {
    // What is scheduled is scheduled here.
    vi.spyOn(sample.app.get(ScheduleEvaluations), 'handle').mockResolvedValue();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await sample.app.close();
  });

  const evaluated = async (evaluationId: string, trace: number): Promise<EvaluationDto> => {
    const body = { evaluationId, traceId: traceId(trace), evaluator: 'latency' };
    expect((await sample.command('/evaluations', body)).status).toBe(200);
    const answer = await eventually(
      () => sample.get<EvaluationDto>(`/evaluations/${evaluationId}`),
      (one) => one.body.status !== undefined && one.body.finishedAt !== null,
    );
    return answer.body;
  };

  it('fails when the evaluator breaks, and says why', async () => {
    vi.spyOn(sample.app.get(LatencyEvaluator), 'evaluate').mockImplementation(() => {
      throw new TypeError('no such model');
    });
    await sample.post(exportOf('shop', { traceId: traceId(1), spanId: spanId(1) }));
    expect(await evaluated('broken', 1)).toMatchObject({ status: 'failed', reason: 'no such model', passed: null });
  });

  it('sees the trace as it stood when it was scheduled, whatever has come since', async () => {
    await sample.post(exportOf('shop', { traceId: traceId(2), spanId: spanId(1), durationMs: 10 }));
    const evaluate = vi.spyOn(sample.app.get(LatencyEvaluator), 'evaluate');
    const first = await evaluated('early', 2);
    await sample.post(exportOf('shop', { traceId: traceId(2), spanId: spanId(2), durationMs: 9_000 }));
    const scheduled = {
      traceId: traceId(2),
      traceSequence: first.traceSequence,
      evaluator: 'latency',
      external: false,
    };
    // What a worker does again whose first attempt was cut short.
    await sample.app
      .get(RunEvaluation)
      .handle(
        { aggregateId: 'early', data: scheduled } as RecordedEvent<EvaluationScheduled>,
        { tenantId: address.tenantId } as Parameters<RunEvaluation['handle']>[1],
      );
    expect(evaluate.mock.calls.map(([{ spans }]) => spans.length)).toEqual([1, 1]);
    const { body } = await sample.get<EvaluationDto>('/evaluations/early');
    expect(body).toEqual(first);
    expect(first).toMatchObject({ status: 'completed', details: '10 ms' });
  });

  it('that a client was faster to end stays as it ended', async () => {
    const run = vi.spyOn(sample.app.get(RunEvaluation), 'handle').mockResolvedValue();
    await sample.post(exportOf('shop', { traceId: traceId(4), spanId: spanId(1) }));
    const body = { evaluationId: 'taken', traceId: traceId(4), evaluator: 'latency' };
    expect((await sample.command('/evaluations', body)).status).toBe(200);
    expect((await sample.command('/evaluations/taken/skip', { reason: 'not needed' })).status).toBe(200);
    const [event, context] = await eventually(
      async () => run.mock.calls[0],
      (call) => call !== undefined,
    ).then((call) => call!);
    run.mockRestore();
    await expect(sample.app.get(RunEvaluation).handle(event, context)).resolves.toBeUndefined();
    const { items } = (await sample.get<EventPageDto>('/evaluations/taken/events')).body;
    expect(items.map(({ type }) => type)).toEqual(['evaluation.scheduled', 'evaluation.skipped']);
  });

  it('passes over a trace that is too large to be held in memory', async () => {
    for (let sent = 0; sent <= MAX_EVALUATED_SPANS; sent += 1_000) {
      const spans = Array.from({ length: 1_000 }, (_, index) => ({
        traceId: traceId(3),
        spanId: spanId(sent + index + 1),
      }));
      expect((await sample.post(exportOf('s', ...spans.slice(0, 500)))).status).toBe(200);
      expect((await sample.post(exportOf('s', ...spans.slice(500)))).status).toBe(200);
    }
    expect(await evaluated('large', 3)).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('more than 5000 spans'),
    });
  });
});
