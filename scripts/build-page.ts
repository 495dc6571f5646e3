import { build } from 'vite';

/** Builds the chat page to `build/web`, from which the backend serves it. */
export async function buildPage(): Promise<void> {
  const { NODE_ENV } = process.env;
  await build({ root: 'web', logLevel: 'warn' });
  // Vite leaves NODE_ENV=production behind, with which a child npm would omit the devDependencies.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
}
