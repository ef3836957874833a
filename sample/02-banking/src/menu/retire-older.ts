import type { ProjectionMaintenance } from '@event-sourcing/nestjs';

/** Removes the rows of versions that newer ones have taken the place of, where no other process can be reading them. */
export async function retireOlder(maintenance: ProjectionMaintenance): Promise<void> {
  for (const { projection, version, status } of await maintenance.builds()) {
    if (status !== 'complete') continue;
    if (version > 1) await maintenance.retire(projection, version - 1);
  }
}
