import { isJsonTooDeep } from '../events/json-depth.js';
import type { JsonValue } from '../events/json-value.js';
import { jsonProblem } from '../projections/json-problem.js';
import type { CommandRejection } from './command-rejection.js';
import { InvalidProcessResultError } from './errors/invalid-process-result.error.js';
import { UnknownWakeUpError } from './errors/unknown-wake-up.error.js';
import type { DecisionPoint, EncodeSent } from './process-call.js';
import { ProcessCall } from './process-call.js';
import type { ProcessDefinition } from './process-definition.js';
import type { ProcessEntry } from './process-entry.js';
import type { ProcessHandler } from './process-handler.js';
import type { DecisionData } from './stream/decision.event.js';

const DEFAULT_MAX_STATE_BYTES = 65_536;

/** What decides. */
type DecidingProcess = Pick<ProcessDefinition, 'name' | 'events' | 'wakeUps' | 'rejections' | 'options'>;

/** What a decision needs besides the process as it stands. */
export interface DecideTools {
  readonly handler: ProcessHandler<unknown>;
  readonly encode: EncodeSent;
  /** The rejection of a command; undefined when its class is not there any more. */
  readonly rejectionOf: (entry: Extract<ProcessEntry, { kind: 'outcome' }>) => CommandRejection | undefined;
}

type Methods = Record<string | symbol, (state: unknown, told: unknown, context: ProcessCall) => unknown>;

/** What a process decides about an entry of its inbox. @throws whatever its method throws, and what it returned amiss */
export function decide(
  process: DecidingProcess,
  before: DecisionData,
  entry: ProcessEntry,
  point: DecisionPoint,
  tools: DecideTools,
): DecisionData {
  const passed = passOver(before, entry, point.now);
  const called = methodOf(process, before, entry, tools);
  if (!called) return passed;
  const { method, told } = called;
  const call = new ProcessCall(process, point, passed.wakeUps, tools.encode);
  const state = before.state === null ? tools.handler.initialState() : clone(before.state);
  let next: unknown;
  try {
    next = (tools.handler as unknown as Methods)[method]!(state, told, call);
  } finally {
    call.end();
  }
  const encoded = toState(process, String(method), next);
  const { commands } = call;
  const awaiting =
    commands.length === 0
      ? passed.awaiting
      : { ...passed.awaiting, [point.sequence]: commands.map((_, index) => index) };
  return { at: point.now, state: encoded, commands, wakeUps: encoded === null ? {} : call.pending, awaiting };
}

/** The process as it is when it does nothing about an entry, but for what is closed by it. */
export function passOver(before: DecisionData, entry: ProcessEntry, at: number): DecisionData {
  const { state, wakeUps, awaiting } = before;
  const same: DecisionData = { at, state, commands: [], wakeUps, awaiting };
  if (entry.kind === 'wake-up' && isScheduled(before, entry)) {
    return { ...same, wakeUps: without(wakeUps, entry.wakeUp) };
  }
  if (entry.kind === 'outcome' && isAwaited(before, entry)) {
    const { decision, index } = entry.outcome;
    const left = awaiting[decision]!.filter((one) => one !== index);
    const others = without(awaiting, String(decision));
    return { ...same, awaiting: left.length === 0 ? others : { ...others, [decision]: left } };
  }
  return same;
}

/** The method that is told of an entry, if any is; twice the same, and what was cancelled, are nobody's. */
function methodOf(
  process: DecidingProcess,
  before: DecisionData,
  entry: ProcessEntry,
  tools: DecideTools,
): { readonly method: string | symbol; readonly told: unknown } | undefined {
  const isRunning = before.state !== null;
  switch (entry.kind) {
    case 'event': {
      const { method, starts } = process.events.get(entry.event.type) ?? {};
      return method !== undefined && (isRunning || starts) ? { method, told: entry.event } : undefined;
    }
    case 'wake-up': {
      if (!isRunning || !isScheduled(before, entry)) return undefined;
      const { wakeUp: name } = entry;
      const method = process.wakeUps.get(name);
      if (method === undefined) throw new UnknownWakeUpError(process.name, name);
      return { method, told: { name, dueAt: new Date(before.wakeUps[name]!.dueAt) } };
    }
    case 'outcome': {
      if (!isRunning || !isAwaited(before, entry)) return undefined;
      const told = tools.rejectionOf(entry);
      const method = told && process.rejections.get(told.command.constructor as never);
      return method === undefined ? undefined : { method, told };
    }
    case 'gone':
      return undefined;
  }
}

function isScheduled(
  { wakeUps }: DecisionData,
  { wakeUp, since }: Extract<ProcessEntry, { kind: 'wake-up' }>,
): boolean {
  return Object.hasOwn(wakeUps, wakeUp) && wakeUps[wakeUp]!.since === since;
}

function isAwaited({ awaiting }: DecisionData, { outcome }: Extract<ProcessEntry, { kind: 'outcome' }>): boolean {
  return awaiting[outcome.decision]?.includes(outcome.index) ?? false;
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const { [name]: _, ...rest } = record;
  return rest;
}

function clone(state: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(state)) as JsonValue;
}

/** @throws InvalidProcessResultError */
function toState({ name, options }: DecidingProcess, method: string, state: unknown): JsonValue {
  const refuse = (problem: string): never => {
    throw new InvalidProcessResultError(name, method, problem);
  };
  if (state === undefined) refuse('undefined');
  if (typeof state === 'object' && state !== null && 'then' in state && typeof state.then === 'function') {
    // Its own failure is nobody's any more.
    Promise.resolve(state).catch(() => {});
    refuse('a promise');
  }
  let json: string | undefined;
  try {
    json = JSON.stringify(state);
  } catch {
    json = undefined;
  }
  if (json === undefined || isJsonTooDeep(json)) return refuse('a value that is not JSON');
  const problem = jsonProblem(state);
  if (problem !== null) refuse(`what is not JSON: ${problem}`);
  const { maxStateBytes = DEFAULT_MAX_STATE_BYTES } = options;
  const bytes = Buffer.byteLength(json);
  if (bytes > maxStateBytes) refuse(`a state of ${bytes} bytes, over its bound (maxStateBytes) of ${maxStateBytes}`);
  return JSON.parse(json) as JsonValue;
}
