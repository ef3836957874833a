import { type ProjectionMaintenance, VersionInUseError } from '@event-sourcing/nestjs';

/** Removes the rows of versions that newer ones have taken the place of, where no other process can be reading them. */
export async function retireOlder(maintenance: ProjectionMaintenance): Promise<void> {
  for (const { projection, version, status } of await maintenance.builds()) {
    if (status !== 'complete' || version === 1) continue;
    try {
      await maintenance.retire(projection, version - 1);
    } catch (error) {
      // This process has it: it was started with an older count of rebuilds.
      if (!(error instanceof VersionInUseError)) throw error;
    }
  }
}
