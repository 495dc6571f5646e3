import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { kindClusterName } from '../../scripts/kind-plan.ts';
import { dockerAnswers, succeeds } from '../../scripts/programs.ts';
import { connected } from './chat-client.ts';
import { freshClone } from './clone.ts';

const root = join(import.meta.dirname, '..', '..');

/** A user's PATH whose docker, kind and kubectl write down how they were called, and what each then does. */
function recorders(bodies: Readonly<Record<'docker' | 'kind' | 'kubectl', string>>): Recorders {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-recorders-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'log');
  for (const [program, body] of Object.entries(bodies)) {
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\necho "${program} $*" >> ${log}\n${body}\n`);
    chmodSync(path, 0o755);
  }
  const stack = join(folder, 'stack.yaml');
  return {
    run: (document) => {
      writeFileSync(stack, document);
      return spawnSync(process.execPath, ['scripts/kind.ts'], {
        cwd: root,
        encoding: 'utf8',
        env: {
          ...process.env,
          PATH: [folder, process.env['PATH']].join(delimiter),
          MOORING_STACK: stack,
          CDK8S_OUTDIR: join(folder, 'dist'),
        },
      });
    },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
  };
}

interface Recorders {
  readonly run: (document: string) => { status: number | null; stdout: string; stderr: string };
  readonly calls: () => string[];
}

/** Nothing is behind the recorders, so nothing can answer: a stack without a node port is not asked whether it does. */
const withoutNodePort = 'spec: { backend: { nodePort: { enabled: false } } }\n';

describe('npm run kind, with recorders for docker, kind and kubectl: only order and refusals', () => {
  test('names everything that is missing at once, and exits with 69', () => {
    const { run, calls } = recorders({ docker: 'exit 1', kind: 'exit 127', kubectl: 'exit 0' });
    const { status, stderr } = run('{}');
    expect(status).toBe(69);
    expect(stderr).toContain('`docker info` fails');
    expect(stderr).toContain('kind is not on PATH');
    expect(stderr).not.toContain('kubectl is not');
    expect(calls()).toEqual(['docker info', 'kind version', 'kubectl version --client']);
  });

  test('creates, builds, loads, applies and waits, in this order', () => {
    const { run, calls } = recorders({ docker: '', kind: '', kubectl: '' });
    const { status, stdout, stderr } = run(withoutNodePort);
    expect([status, stderr]).toEqual([0, '']);
    const steps = calls().filter((call) => !/ (info|version|get clusters)/.test(call));
    expect(steps).toEqual([
      'kind create cluster --name mooring --config -',
      'docker build -f app/Dockerfile -t mooring/backend:0.1.0 .',
      'kind load docker-image mooring/backend:0.1.0 --name mooring',
      expect.stringMatching(/^kubectl --context kind-mooring apply -f \S*dist\/$/),
      ...['redis', 'neo4j', 'qdrant'].map(
        (store) =>
          `kubectl --context kind-mooring rollout status statefulset/demo-${store} --namespace chat --timeout=15m`,
      ),
      'kubectl --context kind-mooring rollout status deployment/demo-backend --namespace chat --timeout=15m',
    ]);
    expect(stdout).toContain('port-forward service/demo-backend-page :http');
  });

  test('keeps a cluster that is there, and restarts the backend on its new image', () => {
    const { run, calls } = recorders({ docker: '', kind: 'echo mooring', kubectl: '' });
    expect(run(withoutNodePort).status).toBe(0);
    expect(calls().join('\n')).not.toContain('create cluster');
    expect(calls().join('\n')).toMatch(/apply -f \S+\n.*rollout restart deployment\/demo-backend/);
  });

  test('creates the cluster of the default stack with kind-config.yaml', () => {
    const { run, calls } = recorders({ docker: '', kind: '[ "$1" != create ]', kubectl: '' });
    expect(run('{}').status).toBe(1);
    expect(calls().at(-1)).toBe('kind create cluster --name mooring --config kind-config.yaml');
  });

  test('ends with the step that fails, its exit code and what to do', () => {
    const body = '[ "$1" != build ] || exit 17';
    const { run, calls } = recorders({ docker: body, kind: '', kubectl: '' });
    const { status, stderr } = run(withoutNodePort);
    expect([status, calls().at(-1)]).toEqual([17, expect.stringContaining('docker build')]);
    expect(stderr).toContain('Building the image of the app failed');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('refuses a stack that is not allowed before anything is created', () => {
    const { run, calls } = recorders({ docker: '', kind: '', kubectl: '' });
    const { status, stderr } = run('spec: { redi: {} }\n');
    expect([status, stderr]).toEqual([65, expect.stringContaining('redi')]);
    expect(calls().join('\n')).not.toContain('create');
  });
});

test('npm run kind brings the chat up on a real kind', async (context) => {
  if (!dockerAnswers()) return context.skip('`docker info` fails: no Docker engine answers here');
  if (!succeeds('kind', ['version'])) return context.skip('kind is not on PATH');
  const { stdout } = spawnSync('kind', ['get', 'clusters'], { encoding: 'utf8' });
  if (stdout.split('\n').includes(kindClusterName))
    return context.skip(`a kind cluster "${kindClusterName}" is there already, and it is not this test's`);
  const clone = await freshClone();
  onTestFinished(async () => {
    spawnSync('kind', ['delete', 'cluster', '--name', kindClusterName]);
    await clone.remove();
  });
  const shell = clone.shell('npm ci && npm run kind');
  const [, url = ''] = await shell.printed(/Chat: +(http:\S+)\/chat/);
  expect(await shell.exited).toBe(0);
  const chat = await connected(`${url.replace('http', 'ws')}/ws/chat/patient%3Ademo/session%3Akind`);
  chat.say('m1', 'I am allergic to penicillin.');
  await chat.answer('m1');
  chat.say('m2', 'What am I allergic to?');
  expect((await chat.answer('m2')).text).toContain('penicillin');
}, 1_800_000);
