import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { applied, startLab, type Ended } from './mooring.ts';

interface Verdict {
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
  readonly unknowns: number;
  readonly findings: readonly {
    code: string;
    severity: string;
    message: string;
    here: { file: string; line: number };
  }[];
}

const verdictIn = ({ stdout }: Ended): Verdict => JSON.parse(stdout) as Verdict;

describe('mooring verify --live', () => {
  const lab = forSuite(() => startLab());

  const live = (namespace: string, ...more: string[]) =>
    lab().mooring(['verify', '--live', '-n', namespace, ...more]);

  /** A stack as `mooring apply` brings it into a namespace. */
  const apply = async (name: string): Promise<void> => {
    const { code, stderr } = await lab().mooring(applied(await lab().document(name)));
    expect(code, stderr).toBe(0);
  };

  test('finds nothing wrong with what apply brought in, and no error in what every namespace has', async () => {
    await apply('live');
    expect(verdictIn(await live('live', '-o', 'json'))).toMatchObject({ errors: 0, warnings: 0 });
    expect((await live('live')).code).toBe(0);
    expect(verdictIn(await live('default', '-o', 'json')).errors).toBe(0);
  });

  test('finds the incident, on the line that kubectl prints', async () => {
    await apply('incident');
    const patch = JSON.stringify([{ op: 'replace', path: '/data/REDIS_PORT', value: '6380' }]);
    await lab().kubectl([
      '-n',
      'incident',
      'patch',
      'configmap',
      'incident-backend-config',
      '--type=json',
      '-p',
      patch,
    ]);
    const ended = await live('incident', '-o', 'json');
    expect(ended.code).toBe(1);
    const [finding] = verdictIn(ended).findings;
    expect(finding).toMatchObject({ code: 'PORT_NOT_SERVED', severity: 'error' });
    expect(finding?.here.file).toBe('incident/ConfigMap/incident-backend-config');
    const printed = await lab().kubectl([
      '-n',
      'incident',
      'get',
      'configmap',
      'incident-backend-config',
      '-o',
      'yaml',
    ]);
    expect(printed.split('\n')[(finding?.here.line ?? 0) - 1]).toContain('REDIS_PORT: "6380"');
  });

  test('what an account may not read is unknown, and so is what depends on it', async () => {
    await apply('narrow');
    const { kubectl, folder } = lab();
    await kubectl(['-n', 'narrow', 'create', 'serviceaccount', 'reader']);
    await kubectl([
      '-n',
      'narrow',
      'create',
      'role',
      'reader',
      '--verb=list',
      '--resource=deployments.apps,services,configmaps,networkpolicies.networking.k8s.io',
    ]);
    await kubectl([
      '-n',
      'narrow',
      'create',
      'rolebinding',
      'reader',
      '--role=reader',
      '--serviceaccount=narrow:reader',
    ]);
    const token = await kubectl(['-n', 'narrow', 'create', 'token', 'reader']);
    const path = join(folder, 'narrow.kubeconfig');
    const config = await kubectl(['config', 'view', '--raw', '-o', 'json']);
    await writeFile(path, withToken(config, token), { mode: 0o600 });
    const ended = await lab().mooring(['verify', '--live', '-n', 'narrow', '-o', 'json'], {
      kubeconfig: path,
    });
    const verdict = verdictIn(ended);
    expect(verdict.findings.filter(({ severity }) => severity !== 'unknown')).toEqual([]);
    expect(ended.code).toBe(0);
    const unread = verdict.findings.filter(({ code }) => code === 'LIVE_UNREAD');
    expect(unread.map(({ here }) => here.file)).toEqual(
      expect.arrayContaining(['narrow/Secret', 'narrow/StatefulSet', 'narrow/Namespace']),
    );
  });

  test('a namespace that is not there, a file beside it, and -n without it are mistakes in words', async () => {
    const absent = await live('absent');
    expect(absent.code).toBe(65);
    expect(absent.stderr).toContain('There is no object in namespace absent (context mooring-test)');
    expect((await live('default', 'dist/')).stderr).toContain('--live reads a cluster; leave out dist/');
    const without = await lab().mooring(['verify', '-n', 'shop']);
    expect(without).toMatchObject({ code: 64 });
    expect(without.stderr).toContain('--namespace is for --live');
  });
});

/** The same kubeconfig with a token as its only credentials. */
function withToken(config: string, token: string): string {
  const parsed = JSON.parse(config) as { users: { name: string; user: object }[] };
  return JSON.stringify({ ...parsed, users: parsed.users.map(({ name }) => ({ name, user: { token } })) });
}
