import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventPageDto } from '../src/http/recorded-event.dto.js';
import type { TraceDetailDto } from '../src/trace-processing/http/trace-detail.dto.js';
import { eventually } from './support/eventually.js';
import { exportOf, spanId, traceId } from './support/otlp-json.js';
import { buildSample, SampleProcess } from './support/sample-process.js';

const SENDERS = 8;
const SPANS_PER_TRACE = 5;
const ACKNOWLEDGED_BEFORE_STOP = 24;
const EVALUATORS = 3;
/** Each has a stream of its own, with three commands. */
const EVALUATION_TIMEOUT_MS = 60_000;

const outDir = fileURLToPath(new URL(`../.data/build-${process.pid}`, import.meta.url));
const dataDirs: string[] = [];

beforeAll(() => buildSample(outDir));

afterAll(async () => {
  await Promise.all([outDir, ...dataDirs].map((path) => rm(path, { recursive: true, force: true })));
});

/** Traces that were sent, and which of them the sample has answered for. */
interface Traffic {
  readonly sent: number[];
  readonly acknowledged: number[];
}

/** Sends traces one after the other until the process is gone. */
async function sendUntilGone(url: string, first: number, traffic: Traffic, onAnswer: () => void): Promise<void> {
  for (let number = first; ; number += SENDERS) {
    const spans = Array.from({ length: SPANS_PER_TRACE }, (_, index) => ({
      traceId: traceId(number),
      spanId: spanId(index + 1),
      failed: index === 1,
    }));
    traffic.sent.push(number);
    try {
      const response = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant-id': 'acme' },
        body: JSON.stringify(exportOf('checkout', ...spans)),
      });
      if (!response.ok) return;
      traffic.acknowledged.push(number);
    } catch {
      return;
    }
    onAnswer();
  }
}

async function read<T>(url: string, path: string): Promise<T | null> {
  const response = await fetch(url + path, { headers: { 'x-tenant-id': 'acme' } });
  if (response.status === 404) return null;
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

/** @returns how many spans of the trace the log holds */
async function expectWhole(url: string, number: number, acknowledged: boolean): Promise<number> {
  const log = await read<EventPageDto>(url, `/traces/${traceId(number)}/events`);
  if (log === null) {
    expect(acknowledged).toBe(false);
    return 0;
  }
  const { items } = log;
  const received = items.filter(({ type }) => type === 'trace.span_received');
  const errors = items.length - received.length;
  const spanIds = received.map(({ data }) => (data as { readonly spanId: string }).spanId);
  expect(new Set(spanIds).size).toBe(spanIds.length);
  expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_, index) => index + 1));
  if (acknowledged) expect([spanIds.length, errors]).toEqual([SPANS_PER_TRACE, 1]);
  await eventually(
    () => read<TraceDetailDto>(url, `/traces/${traceId(number)}`),
    (trace) =>
      trace?.summary.spans === received.length &&
      trace.summary.errors === errors &&
      trace.spans.length === received.length,
  );
  return received.length;
}

/** Traces that every evaluator has judged or left out. */
async function countEvaluated(url: string): Promise<number> {
  const totals = ['completed', 'skipped'].map(async (status) => {
    const page = await read<{ readonly total: number }>(url, `/evaluations?status=${status}&pageSize=1`);
    return page!.total;
  });
  return (await Promise.all(totals)).reduce((sum, total) => sum + total, 0) / EVALUATORS;
}

/** Spans that the global projections count, over all days. */
async function countUsage(url: string): Promise<readonly number[]> {
  const lists = ['/usage/billable-events', '/usage/sdks'].map((path) =>
    read<{ readonly items: readonly { readonly spans: number }[] }>(url, path),
  );
  return (await Promise.all(lists)).map((days) => days!.items.reduce((total, { spans }) => total + spans, 0));
}

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'loses nothing that it answered for when %s comes in the middle',
  async (signal) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'trace-processing-'));
    dataDirs.push(dataDir);
    const first = await SampleProcess.start(outDir, { DATA_DIR: dataDir });
    const traffic: Traffic = { sent: [], acknowledged: [] };
    let stopped: ReturnType<SampleProcess['stop']> | undefined;
    const stopWhenBusy = () => {
      if (traffic.acknowledged.length >= ACKNOWLEDGED_BEFORE_STOP) stopped ??= first.stop(signal);
    };
    await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) => sendUntilGone(first.url, sender, traffic, stopWhenBusy)),
    );
    const end = await stopped;
    expect(end).toBeDefined();
    if (signal === 'SIGTERM') expect(end?.log).not.toMatch(/ERROR/);

    const second = await SampleProcess.start(outDir, { DATA_DIR: dataDir });
    try {
      const stored = await Promise.all(
        traffic.sent.map((number) => expectWhole(second.url, number, traffic.acknowledged.includes(number))),
      );
      const spans = stored.reduce((total, count) => total + count, 0);
      const counted = await eventually(
        () => countUsage(second.url),
        (counts) => counts.every((count) => count >= spans),
      );
      expect(counted).toEqual([spans, spans]);
      // Also those of which only the process that is gone had been told.
      const traces = stored.filter((count) => count > 0).length;
      await eventually(
        () => countEvaluated(second.url),
        (evaluated) => evaluated === traces,
        EVALUATION_TIMEOUT_MS,
      );
    } finally {
      await second.stop('SIGTERM');
    }
  },
);
