import type { DoctorOptions } from '../commands/doctor.ts';
import type { Check } from './check.ts';
export async function clusterChecks(_options: DoctorOptions): Promise<Check[]> {
  return [];
}
