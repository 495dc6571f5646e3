import type { ServiceEnvironment } from '../model/stack-kind.ts';
import { backendRules, type Env } from './backend-env.ts';
import { status } from './http.ts';
import { httpPaths } from './services/backend.ts';

/** What `mooring doctor --local` knows of the backend's environment, and of a backend on a developer's machine. */
export const localBackend: ServiceEnvironment = {
  ...backendRules,
  together: (env) => backendRules.together?.(env as Env) ?? [],
  embedded: (store, values) => {
    const { EMBEDDED_STORES = [], DATA_DIR } = values as Env;
    const isEmbedded = (EMBEDDED_STORES as readonly string[]).includes(store);
    return isEmbedded ? `${store} is embedded in ${DATA_DIR}; nothing is dialled.` : undefined;
  },
  unaddressed: '"npm start" embeds it then',
  status: {
    http: {
      path: httpPaths.status,
      what: 'A chat backend',
      read: (body) => status.safeParse(body).data,
    },
  },
};
