import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { run } from '../../servers/command.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';

/** An operator in a process of its own, as its image runs it. */
export interface OperatorProcess {
  readonly pid: number;
  readonly get: (path: string) => Promise<{ readonly status: number; readonly text: string }>;
  readonly isReady: () => Promise<boolean>;
  readonly leads: () => Promise<boolean>;
  /** What it wrote. */
  readonly output: () => string;
  /** Asks it to end; answers its exit code. */
  readonly end: () => Promise<number | null>;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  /** Ends it at once; one that has ended by itself is no error. */
  readonly kill: () => Promise<void>;
}

/** What the image gives Node. */
function imageArguments(): readonly string[] {
  const [, entrypoint = ''] = /^ENTRYPOINT (.*)$/m.exec(readFileSync('operator/Dockerfile', 'utf8')) ?? [];
  const [, ...args] = JSON.parse(entrypoint) as readonly string[];
  return args;
}

/** Writes into a folder what the operator's image holds. */
export async function bundleOperator(folder: string): Promise<void> {
  await run(process.execPath, ['scripts/build-operator.ts', '--out', folder]);
}

/**
 * Starts an operator, from the sources unless a folder holds its bundle.
 * @param env besides the port of its health.
 */
export async function startOperatorProcess(
  env: Readonly<Record<string, string>>,
  bundle?: string,
): Promise<OperatorProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, bundle === undefined ? ['operator/main.mjs'] : imageArguments(), {
    ...(bundle === undefined ? {} : { cwd: bundle }),
    env: { ...env, OPERATOR_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'close').then(() => child.exitCode);
  const ended = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  const get: OperatorProcess['get'] = async (path) => {
    const answer = await fetch(`http://${LOOPBACK}:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  return {
    pid: child.pid ?? 0,
    get,
    isReady: async () => (await get('/readyz')).status === 200,
    leads: async () => /^mooring_operator_leads 1$/m.test((await get('/metrics')).text),
    output: () => output,
    exited,
    end: () => ended('SIGTERM'),
    kill: async () => {
      await ended('SIGKILL');
    },
  };
}
