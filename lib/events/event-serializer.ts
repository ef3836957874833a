import type { RecordedEvent } from './recorded-event.js';
import type { StoredEvent } from './stored-event.js';
import type { NewEvent } from './new-event.js';
import { domainEventMetadata, type DomainEventMetadata } from './domain-event.decorator.js';
import type { EventTypeRegistry } from './event-type-registry.js';
import { InvalidEventError } from './invalid-event.error.js';
import type { EventClass } from './event-class.js';
import { UndecodableEventError } from './undecodable-event.error.js';
import { upcast } from './upcast.js';
import type { Validator } from './validator.js';

/** The part of a stored event that is known before the store has given it a place. */
export interface SerializedData {
  readonly type: string;
  readonly version: number;
  readonly payload: string;
  /** The tags that the class derives, not checked. */
  readonly derivedTags: readonly string[];
}

/** Default bound of one event's JSON text in bytes. */
export const DEFAULT_MAX_EVENT_BYTES = 1_048_576;

/**
 * Turns event instances into what stores keep, and back. The only place where payloads are encoded and decoded.
 *
 * @publicApi
 */
export class EventSerializer {
  constructor(
    private readonly types: EventTypeRegistry,
    private readonly validator: Validator,
    private readonly maxEventBytes: number = DEFAULT_MAX_EVENT_BYTES,
  ) {}

  /** @throws InvalidEventError */
  serialize(event: NewEvent): SerializedData {
    const data: unknown = event.data;
    const eventClass = typeof data === 'object' && data !== null ? data.constructor : undefined;
    const metadata = domainEventMetadata(eventClass);
    if (!metadata) {
      throw new InvalidEventError(eventClass?.name ?? typeof data, [
        'it is not an instance of a class marked with @DomainEvent',
      ]);
    }
    const { type, version } = metadata;
    if (!this.types.get(type)) {
      throw new InvalidEventError(type, ['no pipeline declares its class; list it in the events of forFeature()']);
    }
    const problems = this.validator.problems(event.data, eventClass as unknown as EventClass, metadata.schema);
    if (problems.length > 0) throw new InvalidEventError(type, problems);
    const derivedTags = event.tags === undefined ? deriveTags(metadata, event.data) : [];
    return { type, version, payload: this.toJson(type, event.data), derivedTags };
  }

  /**
   * The event in its newest shape. A type that no pipeline of this process declares keeps plain data.
   *
   * @throws UndecodableEventError
   * @throws NewerEventVersionError
   */
  deserialize(row: StoredEvent): RecordedEvent {
    const eventType = this.types.get(row.type);
    if (!eventType) return recorded(row, row.version, this.parse(row));
    const data = upcast(eventType, row, this.parse(row));
    const instance = Object.assign(Object.create(eventType.eventClass.prototype as object) as object, data);
    return recorded(row, eventType.version, instance);
  }

  /** Whether a pipeline of this process declares the type. */
  declares(type: string): boolean {
    return this.types.get(type) !== undefined;
  }

  /** The problems of a decoded event by the rules of its class; none where no pipeline declares it. */
  problems({ type, data }: RecordedEvent): readonly string[] {
    const eventType = this.types.get(type);
    if (!eventType) return [];
    const { eventClass } = eventType;
    return this.validator.problems(data, eventClass, domainEventMetadata(eventClass)?.schema, true);
  }

  /** The recorded form of an event whose data is already at hand. */
  withData<T extends object>(row: StoredEvent, data: T): RecordedEvent<T> {
    return recorded(row, row.version, data);
  }

  protected toJson(type: string, data: object): string {
    let json: string;
    try {
      json = JSON.stringify(data);
    } catch (cause) {
      throw new InvalidEventError(type, ['its data cannot be written as JSON'], { cause });
    }
    const bytes = Buffer.byteLength(json);
    if (bytes > this.maxEventBytes) {
      throw new InvalidEventError(type, [`its data has ${bytes} bytes as JSON, the limit is ${this.maxEventBytes}`]);
    }
    return json;
  }

  private parse(row: StoredEvent): object {
    let data: unknown;
    try {
      data = JSON.parse(row.payload);
    } catch (cause) {
      throw new UndecodableEventError(row, 'its payload is not JSON', { cause });
    }
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new UndecodableEventError(row, 'its payload is not a JSON object');
    }
    return data;
  }
}

/** Every field by its name: copying a row with the spread operator takes forty times as long. */
function recorded<T extends object>(row: StoredEvent, version: number, data: T): RecordedEvent<T> {
  return {
    id: row.id,
    tenantId: row.tenantId,
    aggregateType: row.aggregateType,
    aggregateId: row.aggregateId,
    sequence: row.sequence,
    type: row.type,
    version,
    tags: row.tags,
    metadata: row.metadata,
    data,
    occurredAt: new Date(row.occurredAt),
    recordedAt: new Date(row.recordedAt),
  };
}

function deriveTags({ type, tags }: DomainEventMetadata, data: object): readonly string[] {
  if (!tags) return [];
  try {
    return tags(data);
  } catch (cause) {
    throw new InvalidEventError(type, ['the tags of its @DomainEvent could not be derived'], { cause });
  }
}
