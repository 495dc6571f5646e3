import type { TestProject } from 'vitest/node';
import type { Whereabouts } from '../../servers/kubernetes/api-server.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { startWithChatStacks } from './chat-stacks.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly chatStacksServer:
      Whereabouts | { readonly unavailable: readonly [what: string, reason: string] };
  }
}

/**
 * Starts the API server that the files of the project share which keep to namespaces of their own: to start one takes
 * seconds of both cores. Vitest calls it before the project's first file, and what it answers after the last.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const server = await startWithChatStacks();
    project.provide('chatStacksServer', server.whereabouts);
    return () => server.stop();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    project.provide('chatStacksServer', { unavailable: [error.what, error.reason] });
    return undefined;
  }
}
