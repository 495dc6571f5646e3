import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import type { Check } from '../../cli/doctor/check.ts';
import { buildImages } from '../images/build-images.ts';
import { standInStack } from '../images/stand-in-stack.ts';
import { capture } from '../servers/command.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { until } from '../servers/poll.ts';
import { startCluster, type Cluster } from '../lab/cluster.ts';

const namespace = 'chat';
const launcher = resolve(import.meta.dirname, '../../cli/mooring');

interface Lab {
  readonly cluster: Cluster;
  readonly folder: string;
  stop(): Promise<void>;
}

/** A cluster with a stack in it that `mooring apply` brought up. */
const lab = forSuite(async (): Promise<Lab> => {
  const images = await buildImages();
  const cluster = await startCluster();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-doctor-'));
  const stop = async (): Promise<void> => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return orStop(stop, async () => {
    for (const { tarPath } of [images.app, images.redis, images.neo4j, images.qdrant])
      await cluster.importImage(tarPath);
    await writeFile(join(folder, 'stack.yaml'), stringify(standInStack(images)));
    const { code, stderr } = await mooring({ cluster, folder }, 'apply', '--yes');
    if (code !== 0) throw new Error(`mooring apply ended with ${code ?? 'a signal'}: ${stderr}`);
    return { cluster, folder, stop };
  });
});

const environment = ({ cluster }: Pick<Lab, 'cluster'>): Record<string, string> => ({
  KUBECONFIG: cluster.kubeconfigPath,
  MOORING_STACK: '',
});

const mooring = (at: Pick<Lab, 'cluster' | 'folder'>, ...words: string[]) =>
  capture(launcher, words, { cwd: at.folder, env: environment(at) });

async function kubectl(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab().cluster.kubectl(['-n', namespace, ...words]);
  expect(code, `kubectl ${words.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

async function doctor(
  ...flags: string[]
): Promise<{ code: number | null; checks: readonly Check[]; says: string }> {
  const { code, stdout, stderr } = await mooring(lab(), 'doctor', '-o', 'json', ...flags);
  expect(stdout, stderr).not.toBe('');
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { code, checks, says: checks.map(({ verdict, says }) => `${verdict}: ${says}`).join('\n') };
}

/** Waits until every pod of the backend's newest template is this far. */
async function backendIs(far: (pods: string) => boolean): Promise<void> {
  const look = async () => {
    const states = '{range .items[*]}{.status.containerStatuses[0].state}{"\\n"}{end}';
    return far(
      await kubectl('get', 'pods', '-l', 'app.kubernetes.io/name=backend', '-o', `jsonpath=${states}`),
    );
  };
  await until("the backend's pods to be that far", look, 90_000);
}

describe('doctor in a cluster', () => {
  test('finds nothing wrong with what apply brought up, and dialled from within the backend', async () => {
    const { code, checks, says } = await doctor();
    expect(says).not.toContain('wrong:');
    expect(code).toBe(0);
    for (const store of ['redis', 'neo4j', 'qdrant'])
      expect(checks.find(({ id }) => id === `dial/${store}`)?.says).toMatch(
        new RegExp(
          `^From Pod demo-backend-\\S+ \\(exec\\): \\w+ answers at demo-${store}:\\d+ and takes the credentials\\.$`,
        ),
      );
    expect(says).toMatch(/backend: contract, manifests, cluster and running process agree on \d+ variables/);
  });

  test('status ends with 0, logs have the lines users know, open forwards the page until Ctrl-C', async () => {
    expect(await mooring(lab(), 'status')).toMatchObject({ code: 0 });
    const { stdout } = await mooring(lab(), 'logs', 'backend');
    expect(stdout).toContain('Redis session cache initialized');
    const open = spawn(launcher, ['open', '--no-browser'], {
      cwd: lab().folder,
      env: { ...process.env, ...environment(lab()) },
    });
    onTestFinished(() => void open.kill('SIGKILL'));
    const [line] = (await once(open.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/chat\/patient:demo$/);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<!doctype html>');
    open.kill('SIGINT');
    expect(await once(open, 'exit')).toEqual([0, null]);
  });

  test('finds the incident: REDIS_PORT=6380 by kubectl set env, with what answers where', async () => {
    await kubectl('set', 'env', 'deployment/demo-backend', 'REDIS_PORT=6380');
    onTestFinished(async () => {
      await kubectl('set', 'env', 'deployment/demo-backend', 'REDIS_PORT-');
    });
    await backendIs((pods) => pods.trim().split('\n').length === 2 && !pods.includes('waiting'));
    const { code, checks } = await doctor();
    expect(code).toBe(1);
    expect(checks.find(({ id }) => id === 'dial/redis')).toMatchObject({
      verdict: 'wrong',
      says: expect.stringMatching(
        /^From Pod \S+ \(exec\): demo-redis:6380 .*Port 6380 is often FalkorDB's or a TLS Redis'\. A Redis answers on demo-redis:6379 \(dialled\): should REDIS_PORT be 6379\?$/,
      ) as string,
    });
    const variable = checks.find(({ id }) => id === 'env/backend/REDIS_PORT');
    expect(variable?.says).toBe('backend: REDIS_PORT is 6380 in the cluster, but the contract says 6379.');
    expect(variable?.places?.map(({ layer, value }) => [layer, value])).toEqual(
      expect.arrayContaining([
        ['contract', '6379'],
        ['rendered', '6379'],
        ['live', '6380'],
        // The pod of before the change, which still serves.
        ['running', '6379'],
      ]),
    );
    expect(variable?.places?.find(({ layer }) => layer === 'live')?.where).toMatch(/set by kubectl set at/);
    const { stdout } = await mooring(lab(), 'status');
    expect(stdout).toMatch(/not ready/);
    expect(stdout).toMatch(/should REDIS_PORT be 6379\?/);
  });

  test('dials from beside a backend that crash-loops, where it may add a container, and says so', async () => {
    await kubectl('set', 'env', 'deployment/demo-backend', 'REDIS_PORT=tcp://10.0.0.1:6379');
    onTestFinished(async () => {
      await kubectl('set', 'env', 'deployment/demo-backend', 'REDIS_PORT-');
    });
    await backendIs((pods) => pods.includes('CrashLoopBackOff'));
    expect((await doctor('--dry-run')).says).toContain('A dry run adds none.');
    const { code, says } = await doctor('--yes');
    expect(code).toBe(1);
    expect(says).toMatch(
      /wrong: From Pod \S+ \(an ephemeral container, since its own is in CrashLoopBackOff\): REDIS_PORT is "tcp:.*enableServiceLinks/,
    );
    expect(says).toMatch(/CrashLoopBackOff: container "backend" exited with 78/);
  });
});
