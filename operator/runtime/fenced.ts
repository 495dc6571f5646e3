import type { Cluster } from '../../kube/cluster.ts';

/**
 * A cluster whose writes first check that this process still leads; reads need no permission. It is checked again once
 * the connection is there: to make one takes as long as the network is away.
 * @param assertLeader throws where it does not.
 */
export const fenced = (cluster: Cluster, assertLeader: () => void): Cluster => ({
  ...cluster,
  api: {
    ...cluster.api,
    request: async (method, path, request) => {
      if (method === 'GET') return cluster.api.request(method, path, request);
      assertLeader();
      const beforeSend = (): void => {
        request?.beforeSend?.();
        assertLeader();
      };
      return cluster.api.request(method, path, { ...request, beforeSend });
    },
  },
});
