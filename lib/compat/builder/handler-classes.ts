import type { EventClass } from '../../events/event-class.js';
import type { RecordedEvent } from '../../events/recorded-event.js';
import type { FoldContext } from '../../projections/fold-context.js';
import type { FoldHandler } from '../../projections/fold-handler.js';
import { FoldProjection, type FoldProjectionOptions } from '../../projections/fold-projection.decorator.js';
import type { Immediate } from '../../projections/immediate.js';
import { MapProjection, type MapProjectionOptions } from '../../projections/map-projection.decorator.js';
import type { FoldClass } from '../../projections/projection-class.js';
import type { ReactorContext } from '../../reactors/reactor-handler.js';
import { Reactor, type ReactorOptions } from '../../reactors/reactor.decorator.js';
import type { FoldProjectionDefinition, MapProjectionDefinition } from './projection-definitions.js';
import type { ReactorDefinition } from './reactor-definition.js';

// Each definition becomes the class that its decorator would stand on: from there on the way is that of all others.

export function foldClass<S>(
  { init, apply }: FoldProjectionDefinition<S>,
  options: FoldProjectionOptions,
): new () => FoldHandler<S> {
  class Fold implements FoldHandler<S> {
    init(): S & Immediate {
      return init() as S & Immediate;
    }
    apply(state: S, event: RecordedEvent, context: FoldContext): (S & Immediate) | null {
      return apply(state, event, context) as (S & Immediate) | null;
    }
  }
  FoldProjection(options)(Fold);
  return named(Fold, `the fold ${options.name}`);
}

export function mapClass({ map }: MapProjectionDefinition<unknown>, options: MapProjectionOptions): new () => object {
  class Map {
    map(event: RecordedEvent): Immediate {
      return map(event) as Immediate;
    }
  }
  MapProjection(options)(Map);
  return named(Map, `the map ${options.name}`);
}

export function reactorClass<S>(
  { handle }: ReactorDefinition<object, S>,
  fold: FoldClass<S>,
  options: Omit<ReactorOptions<S>, 'fold'>,
): new () => object {
  class Reaction {
    handle(event: RecordedEvent, context: ReactorContext<S>): Promise<void> | void {
      return handle(event, context);
    }
  }
  Reactor({ ...options, fold } as ReactorOptions<S, readonly EventClass[]>)(Reaction);
  return named(Reaction, `the reactor ${options.name}`);
}

/** Gives a class the name by which errors and log lines call it. */
export function named<C extends Function>(target: C, name: string): C {
  return Object.defineProperty(target, 'name', { value: name });
}
