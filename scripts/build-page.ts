import { build } from 'vite';

/** Builds the chat page into `build/web`, where the backend serves it from. */
export async function buildPage(): Promise<void> {
  await build({ root: 'web', logLevel: 'warn' });
}
