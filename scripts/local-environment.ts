import type { Env } from '../contract/backend-env.ts';
import { defaultBackend } from '../contract/default-stack.ts';
import type { EnvText } from '../model/env.ts';
import { backendPorts } from '../contract/services/backend-ports.ts';
import { storeNames } from '../contract/services/backend-variables.ts';

/**
 * Defaults for a chat on a developer's machine: embeds every store that `source` does not point elsewhere, and derives
 * the metrics port from the chosen port, so that two chats do not collide.
 */
export function localEnvironment(source: EnvText, port?: string): Partial<Record<keyof Env, string>> {
  const edges = defaultBackend.edges ?? [];
  const embedded = storeNames.filter((store) =>
    edges
      .filter((edge) => edge.to === store)
      .every(({ binds }) => [binds.host, binds.port].every((name) => !name || !source[name])),
  );
  const distance = backendPorts.metrics.containerPort - backendPorts.http.containerPort;
  return {
    EMBEDDED_STORES: source.EMBEDDED_STORES ?? embedded.join(','),
    ...(port === undefined
      ? {}
      : { HTTP_PORT: port, METRICS_PORT: source.METRICS_PORT || String(Number(port) + distance) }),
  };
}
