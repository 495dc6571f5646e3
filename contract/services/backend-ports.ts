import type { Port } from '../../model/stack.ts';

export const backendName = 'backend';

/** The node port `kind-config.yaml` maps to the developer's machine. */
export const chatNodePort = 30_080;

export const backendPorts = {
  http: {
    containerPort: 8000,
    hostPort: 8000,
    nodePort: chatNodePort,
    doc: 'chat: WebSocket, page, public API',
    from: ['world'],
  },
  metrics: {
    containerPort: 8001,
    doc: 'operations: /metrics, /config, detailed /readyz',
    from: ['monitoring', 'operator'],
  },
} as const satisfies Record<string, Port>;
