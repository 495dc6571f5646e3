import type { Pack } from '../../checks/subject.ts';
import { clientProbes } from './client-probes.ts';
import { boundTo } from './listening.ts';

const port = 6379;
const resp = { speaks: 'resp', port } as const;

/** What is known of Redis and of what is run in its place, and of its client. */
export const redisPack: Pack = {
  checks: [clientProbes],
  images: [
    {
      image: /^(redis|valkey\/valkey|redis\/redis-stack(-server)?)$/,
      ...{ speaks: { [port]: 'resp' }, listens: boundTo(port), user: 0 },
    },
    { image: /^oliver006\/redis_exporter$/, speaks: { 9121: 'http' } },
  ],
  schemes: { redis: resp, rediss: resp, valkey: resp },
  clients: [
    {
      names: ['redis-cli', 'valkey-cli'],
      ...{ host: ['-h'], port: ['-p'], usual: port, scheme: 'redis' },
    },
  ],
};
