import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cached } from './servers/cache.ts';
import { until } from './servers/poll.ts';
import { freePort, isPortOpen, LOOPBACK, retryIfPortTaken, waitForPort } from './servers/ports.ts';
import { run, startProcess } from './servers/process.ts';
import { Unavailable } from './servers/unavailable.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-servers-'));
  vi.stubEnv('MOORING_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const tool = { name: 'tool', version: '1', recipe: 'as ever' };
const inCache = () => readdirSync(join(folder, 'cache'));

describe('cached', () => {
  test('many who want one tool at the same moment get it made once', async () => {
    let builds = 0;
    const build = async (dir: string) => {
      builds++;
      await run('touch', ['made'], { cwd: dir });
    };
    const paths = await Promise.all([1, 2, 3].map(() => cached(tool, build)));
    expect(new Set(paths).size).toBe(1);
    expect(builds).toBe(1);
    expect(readdirSync(paths[0] ?? '')).toEqual(['made']);
  });

  test('another recipe is another entry', async () => {
    const build = async () => undefined;
    await cached(tool, build);
    await cached({ ...tool, recipe: 'a new one' }, build);
    expect(inCache()).toHaveLength(2);
  });

  test('a failed build leaves nothing behind and says which step failed, with its last lines', async () => {
    const build = async (dir: string) => {
      await run('sh', ['-c', 'touch half-made; echo no such module; exit 3'], { cwd: dir });
    };
    await expect(cached(tool, build)).rejects.toThrow(
      /^Could not make tool 1: `sh -c .*` failed with exit code 3 in .*\n {2}no such module$/s,
    );
    expect(inCache()).toEqual([]);
  });

  test('what is unavailable stays so for whoever skips by it', async () => {
    const build = () => Promise.reject(new Unavailable('tool', 'there is no compiler'));
    await expect(cached(tool, build)).rejects.toBeInstanceOf(Unavailable);
    expect(inCache()).toEqual([]);
  });
});

describe('startProcess', () => {
  /** A server on a port, as small as can be. */
  const listen = (port: number) => ['-e', `require('net').createServer().listen(${port}, '${LOOPBACK}')`];
  const spec = (args: string[]) => ({ command: process.execPath, args, logFile: join(folder, 'log') });

  test('a process is there when its port accepts, and gone after stop', async () => {
    const port = await freePort();
    const server = await startProcess({ ...spec(listen(port)), readyWhen: { port } });
    expect(await isPortOpen(LOOPBACK, port)).toBe(true);
    await server.stop();
    expect(await server.exited).toBe(null);
    expect(await isPortOpen(LOOPBACK, port)).toBe(false);
  });

  test('a process that ignores SIGTERM is killed after the grace', async () => {
    const stubborn = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)";
    const server = await startProcess({
      ...spec(['-e', stubborn]),
      readyWhen: { logLine: /^up$/m },
      graceMs: 100,
    });
    await server.stop();
    expect(await server.exited).toBe(null);
  });

  test('a process that exits early is reported at once, with its last lines', async () => {
    const start = startProcess({
      ...spec(['-e', "console.error('no such option'); process.exit(2)"]),
      readyWhen: { check: async () => false },
    });
    await expect(start).rejects.toThrow(/^node exited \(code 2\) before it was ready\..*no such option$/s);
  });

  test('a process that is not ready in time is stopped, and what was expected is said', async () => {
    const port = await freePort();
    const start = startProcess({
      ...spec(['-e', 'setInterval(() => {}, 1000)']),
      readyWhen: { port },
      timeoutMs: 200,
    });
    await expect(start).rejects.toThrow(
      `not ready within 200 ms (expected port ${port} to accept connections) and was stopped`,
    );
  });

  test('a program that is not installed is named', async () => {
    const start = startProcess({
      command: 'no-such-program',
      logFile: join(folder, 'log'),
      readyWhen: { port: 1 },
    });
    await expect(start).rejects.toThrow('`no-such-program` could not be started: it is not installed');
  });

  test('a process does not outlive the one that started it, even if that is killed', async () => {
    const port = await freePort();
    const path = join(import.meta.dirname, 'servers', 'process.ts');
    const script = `
      import { startProcess } from ${JSON.stringify(path)};
      const server = await startProcess(${JSON.stringify({ ...spec(listen(port)), readyWhen: { port } })});
      process.kill(process.pid, 'SIGKILL');`;
    await expect(run(process.execPath, ['--input-type=module', '-e', script])).rejects.toThrow('by a signal');
    await until('the server to be gone', async () => !(await isPortOpen(LOOPBACK, port)), 5_000);
  });
});

test('waiting for a port nobody opens ends as soon as its process has exited', async () => {
  const port = await freePort();
  const wait = waitForPort(LOOPBACK, port, { timeoutMs: 60_000, process: { exited: Promise.resolve(1) } });
  await expect(wait).rejects.toThrow(`Nothing accepts connections on ${LOOPBACK}:${port}`);
});

test('a start that lost its port to somebody else is tried again, another failure is not', async () => {
  const failures = ['listen tcp: bind: address already in use', 'no space left'];
  let starts = 0;
  const start = () => Promise.reject(new Error(failures[starts++]));
  await expect(retryIfPortTaken(start)).rejects.toThrow('no space left');
  expect(starts).toBe(2);
});
