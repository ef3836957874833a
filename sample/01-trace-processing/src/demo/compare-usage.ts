import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { differences } from './differences.js';
import type { SampleClient } from './sample-client.js';
import { waitUntil } from './wait-until.js';

/** What a tenant should be billed for. */
export interface ExpectedUsage {
  readonly spans: number;
  readonly evaluations: number;
  readonly experimentResults: number;
  readonly simulations: number;
}

type DayAnswer = ExpectedUsage & { readonly total: number };

interface SdkDayAnswer {
  readonly spans: number;
  readonly unknownSpans: number;
  readonly otherSpans: number;
  readonly sdks: readonly {
    readonly name: string;
    readonly language: string;
    readonly version: string;
    readonly spans: number;
  }[];
}

/** Waits until the global projections have counted as much, and says what differs; over all days, as midnight may pass. */
export async function compareUsage(
  client: SampleClient,
  expected: ExpectedUsage,
  spans: readonly ReadableSpan[],
  deadline: number,
): Promise<string[]> {
  const total = Object.values(expected).reduce((sum, one) => sum + one, 0);
  await waitUntil(deadline, async () => (await readBillable(client)).total >= total);
  await waitUntil(deadline, async () => sum(Object.values(await readSdks(client))) >= spans.length);
  return [
    ...differences('billable events', { ...expected, total }, await readBillable(client)),
    ...differences('SDK usage', { spans: countSdks(spans) }, { spans: await readSdks(client) }),
  ];
}

async function readBillable(client: SampleClient): Promise<DayAnswer> {
  const days = await client.get<{ readonly items: readonly DayAnswer[] }>('/usage/billable-events');
  const over = (field: keyof DayAnswer): number => sum((days?.items ?? []).map((day) => day[field]));
  return {
    total: over('total'),
    spans: over('spans'),
    evaluations: over('evaluations'),
    experimentResults: over('experimentResults'),
    simulations: over('simulations'),
  };
}

/** Spans by SDK. */
async function readSdks(client: SampleClient): Promise<Record<string, number>> {
  const days = await client.get<{ readonly items: readonly SdkDayAnswer[] }>('/usage/sdks');
  return tally(
    (days?.items ?? []).flatMap(({ sdks, unknownSpans, otherSpans }) => [
      ...sdks.map(({ name, language, version, spans }) => [`${name} ${language} ${version}`, spans] as const),
      ...(unknownSpans + otherSpans > 0 ? [['none', unknownSpans + otherSpans] as const] : []),
    ]),
  );
}

function countSdks(spans: readonly ReadableSpan[]): Record<string, number> {
  return tally(
    spans.map(({ resource: { attributes: sdk } }) => [
      `${sdk['telemetry.sdk.name']} ${sdk['telemetry.sdk.language']} ${sdk['telemetry.sdk.version']}`,
      1,
    ]),
  );
}

function tally(counts: readonly (readonly [string, number])[]): Record<string, number> {
  const totals = new Map<string, number>();
  for (const [name, count] of counts) totals.set(name, (totals.get(name) ?? 0) + count);
  return Object.fromEntries(totals);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
