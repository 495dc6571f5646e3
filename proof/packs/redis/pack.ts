import type { Pack } from '../../checks/subject.ts';
import { clientProbes } from './client-probes.ts';

/** What is known of Redis' client. */
export const redisPack: Pack = { checks: [clientProbes] };
