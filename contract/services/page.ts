import type { LocalService, Port } from '../../model/stack.ts';
import { backendName } from './backend-ports.ts';

export const pageName = 'page';

export const pagePorts = {
  http: {
    containerPort: 4321,
    doc: 'development server with hot reload; in the cluster the backend serves the page',
  },
} as const satisfies Record<string, Port>;

/** The chat page's development server. */
export const page: LocalService = {
  name: pageName,
  doc: "the chat page's development server",
  kind: 'local',
  ports: pagePorts,
  edges: [{ to: backendName, port: 'http', gate: 'none', binds: {} }],
};
