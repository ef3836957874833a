import { checkText } from '../event-store/check-stream.js';
import type { LaneComponent } from './lane.js';

/** @throws InvalidArgumentError */
export function checkComponent(given: LaneComponent): LaneComponent {
  const { kind, component } = (given ?? {}) as Partial<LaneComponent>;
  return {
    kind: checkText('component.kind', kind) as LaneComponent['kind'],
    component: checkText('component.component', component),
  };
}
