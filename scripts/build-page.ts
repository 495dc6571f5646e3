import { build } from 'vite';

/** Builds the chat page into `build/web`, where the backend serves it from. */
export async function buildPage(): Promise<void> {
  const { NODE_ENV } = process.env;
  await build({ root: 'web', logLevel: 'warn' });
  // Vite leaves its own mode behind; every npm that this process starts would then omit the devDependencies.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
}
