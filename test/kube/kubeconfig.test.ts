import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorForPeople } from '../../cli/errors-for-people.ts';
import { connect } from '../../kube/api.ts';
import type { ClusterError } from '../../kube/cluster-error.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function kubeconfig(cluster: object, user: object): string {
  const path = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

test.each(['10.0.0.1:6443', 'not a url', 'ftp://a'])('a server of "%s" is refused in words', (server) => {
  expect(() => connect({ kubeconfig: kubeconfig({ server }, {}) })).toThrow(
    expect.objectContaining({
      code: 'NO_CONTEXT',
      message: `The kubeconfig's cluster "c" of context "prod" has the server "${server}"; expected a URL such as https://10.0.0.1:6443.`,
    }),
  );
});

test.each([
  ['a pipe', 'pipe'],
  ['a folder', '.'],
  ['a device', '/dev/zero'],
])('%s as kubeconfig, named or in KUBECONFIG, is refused without being opened', (_, name) => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const path = resolve(folder, name);
  const refused = expect.objectContaining({
    code: 'NO_CONTEXT',
    message: `The kubeconfig cannot be read: ${path} is a folder, a pipe or a device; expected a file.`,
  }) as Error;
  expect(() => connect({ kubeconfig: path })).toThrow(refused);
  vi.stubEnv('KUBECONFIG', path);
  expect(() => connect({})).toThrow(refused);
  vi.unstubAllEnvs();
});

const server = 'https://127.0.0.1:1';
const command = (name: string, args: string[] = []) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: name, args, interactiveMode: 'Never' },
});

test.each([
  [
    'a CA that is not there',
    { 'certificate-authority': '/nowhere/ca.crt' },
    {},
    /the file \/nowhere\/ca.crt,.* is not there\. Correct/,
  ],
  [
    'a command that is not there',
    {},
    command('no-such-login'),
    /the command "no-such-login" .* is not there\. Install/,
  ],
  [
    'a command that fails',
    {},
    command('sh', ['-c', 'echo token expired >&2; exit 1']),
    /the command "sh" .* failed: token expired\./,
  ],
])('%s is told as what keeps the credentials away', async (_, cluster, user, message) => {
  const api = connect({ kubeconfig: kubeconfig({ server, ...cluster }, user) });
  const error = await api.request('GET', '/version').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'NO_CONTEXT', facts: { context: 'prod' } });
  expect(errorForPeople(error as ClusterError)).toMatch(message);
  expect((error as ClusterError).message, 'facts name no option of a command line').not.toContain('--');
  api.close();
});
