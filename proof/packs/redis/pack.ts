import type { Pack } from '../../checks/subject.ts';
import { clientProbes } from './client-probes.ts';

/** What is known of Redis' client, and of what is run beside it. */
export const redisPack: Pack = {
  checks: [clientProbes],
  images: [{ image: /^oliver006\/redis_exporter$/, speaks: { 9121: 'http' } }],
};
