import type { EventRoute } from '../queue/event-route.js';
import { componentKey } from '../queue/lane.js';

/** A component, as one type of aggregate feeds it. */
export interface FedComponent extends Pick<EventRoute, 'kind' | 'component' | 'lanes'> {
  readonly types: ReadonlySet<string>;
}

/** The components that events are staged for, as they were known at one time. Does not change. */
export class FedComponents {
  static readonly NONE = new FedComponents([]);
  private readonly byAggregateType = new Map<string, Map<string, FedComponent & { readonly types: Set<string> }>>();

  /**
   * @param own go before others of the same name
   * @param revision of the live routes that they are made of; `undefined` when they are made of none
   * @param complete false when there are others that this process cannot read
   */
  constructor(
    own: readonly EventRoute[],
    live: readonly EventRoute[] = [],
    readonly revision?: string,
    readonly complete = true,
  ) {
    for (const route of own) this.add(route);
    const names = new Set(own.map(componentKey));
    for (const route of live) if (!names.has(componentKey(route))) this.add(route);
  }

  of(aggregateType: string): readonly FedComponent[] {
    return [...(this.byAggregateType.get(aggregateType)?.values() ?? [])];
  }

  has(aggregateType: string, component: FedComponent): boolean {
    const found = this.byAggregateType.get(aggregateType)?.get(componentKey(component));
    return found !== undefined && [...component.types].every((type) => found.types.has(type));
  }

  private add({ kind, component, lanes, aggregateTypes, types }: EventRoute): void {
    const name = componentKey({ kind, component });
    for (const aggregateType of aggregateTypes) {
      const components = this.byAggregateType.get(aggregateType) ?? new Map();
      this.byAggregateType.set(aggregateType, components);
      const found = components.get(name);
      if (found) for (const type of types) found.types.add(type);
      else components.set(name, { kind, component, types: new Set(types), ...(lanes !== undefined && { lanes }) });
    }
  }
}
