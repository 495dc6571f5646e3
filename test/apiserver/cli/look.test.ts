import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { until } from '../../servers/poll.ts';
import { applied, startLab, storageClass } from './mooring.ts';

const program = fileURLToPath(new URL('../../../cli/main.mjs', import.meta.url));

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { id: string; verdict: string; says: string; fix?: string }[];
}

describe('commands that only look', () => {
  const lab = forSuite(() => startLab());

  const doctor = async (file: string) => {
    const { code, stdout, stderr } = await lab().mooring(['doctor', '-f', file, '-o', 'json']);
    return {
      code,
      stderr,
      report: (stdout === '' ? { ok: false, checks: [] } : JSON.parse(stdout)) as Report,
    };
  };

  test.each([[['status']], [['doctor']], [['open', '--no-browser']], [['logs', 'redis']]])(
    '%j of a stack that is not there ends with 66 and says what to do',
    async (words) => {
      const file = await lab().document('nowhere');
      const { code, stderr } = await lab().mooring([...words, '-f', file]);
      expect(code, stderr).toBe(66);
      expect(stderr).toMatch(
        /There is no (stack "nowhere"|pod of redis|running pod of backend) in namespace nowhere/,
      );
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test('status of a stack whose pods nobody starts ends with 1, with a row for each service', async () => {
    const file = await lab().document('still');
    expect((await lab().mooring(applied(file))).code).toBe(0);
    const { code, stdout } = await lab().mooring(['status', '-f', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/SERVICE +KIND +READY +RESTARTS +STATE\nredis +StatefulSet +0\/1 +0 +not ready\n/);
    const { stdout: data } = await lab().mooring(['status', '-f', file, '-o', 'json']);
    expect(JSON.parse(data)).toMatchObject({
      name: 'still',
      services: [{ service: 'redis' }, { service: 'neo4j' }, { service: 'qdrant' }, { service: 'backend' }],
    });
  });

  test('status -w says nothing twice, shows what comes, and ends well with Ctrl-C', async () => {
    const file = await lab().document('seen');
    const watch = spawn(process.execPath, [program, 'status', '-w', '-f', file], {
      env: { ...process.env, KUBECONFIG: lab().server.kubeconfigPath, NO_COLOR: '1' },
    });
    onTestFinished(() => void watch.kill('SIGKILL'));
    let text = '';
    watch.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const printed = (what: string) => until(`"${what}"`, async () => text.includes(what), 30_000);
    await printed('There is no stack "seen" yet.');
    expect((await lab().mooring(applied(file))).code).toBe(0);
    await printed('backend   Deployment');
    expect(text.match(/There is no stack/g)).toHaveLength(1);
    watch.kill('SIGINT');
    expect(await once(watch, 'exit')).toEqual([0, null]);
  });

  test('doctor finds what kubectl set env changed, who did it, and a Service that leads elsewhere', async () => {
    const file = await lab().document('sick');
    expect((await lab().mooring(applied(file))).code).toBe(0);
    await lab().kubectl(['-n', 'sick', 'set', 'env', 'deployment/sick-backend', 'REDIS_PORT=6380']);
    const patch = JSON.stringify([{ op: 'replace', path: '/spec/ports/0/targetPort', value: 6380 }]);
    await lab().kubectl(['-n', 'sick', 'patch', 'service', 'sick-redis', '--type=json', '-p', patch]);
    const { code, report } = await doctor(file);
    expect(code).toBe(1);
    expect(report.ok).toBe(false);
    const wrong = report.checks.filter(({ verdict }) => verdict === 'wrong').map(({ says }) => says);
    expect(wrong).toContain('backend: REDIS_PORT is 6380 in the cluster, but the contract says 6379.');
    expect(wrong).toContain(
      'Service sick-redis: port "redis" is 6379 → 6380 in the cluster, but 6379 → redis in the manifests.',
    );
    const { stdout } = await lab().mooring(['doctor', '-f', file]);
    expect(stdout).toMatch(/live: +6380 \(Deployment sick-backend, set by kubectl set at \d{4}-/);
    expect(stdout).toMatch(/Service sick-redis, last set by kubectl patch at/);
    // What it offers works as it stands, whatever file the document is in.
    const [, offered = ''] = /"[^"]*\b(apply [^"]*)" takes it back/.exec(stdout) ?? [];
    expect((await lab().mooring([...offered.split(' '), '--yes', '--no-wait'])).code, offered).toBe(0);
    const port = await lab().field('sick', 'service/sick-redis', '{.spec.ports[0].targetPort}');
    expect(port).toBe('redis');
  });

  test('doctor explains a claim that waits for a default StorageClass, and an autoscaler without metrics', async () => {
    const file = await lab().document('poor', {
      preset: 'staging',
      backend: { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 3 } },
    });
    expect((await lab().mooring(applied(file))).code).toBe(0);
    await lab().kubectl(['delete', 'storageclass', 'standard']);
    await lab().kubectl(['apply', '-f', '-'], JSON.stringify(storageClass('slow')));
    // The StatefulSet's controller would make it; none runs here.
    const claim = {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      metadata: {
        ...{ name: 'data-poor-redis-0', namespace: 'poor' },
        labels: { 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/instance': 'poor' },
      },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await lab().kubectl(['apply', '-f', '-'], JSON.stringify(claim));
    const { report } = await doctor(file);
    const says = Object.fromEntries(report.checks.map((check) => [check.id, check]));
    expect(says['storage/data-poor-redis-0']).toMatchObject({
      verdict: 'wrong',
      says: 'PersistentVolumeClaim data-poor-redis-0 waits for ever: it names no StorageClass, and the cluster has no default one (it has slow).',
      fix: 'kubectl annotate storageclass slow storageclass.kubernetes.io/is-default-class=true, or name one in spec.<store>.storage.storageClass.',
    });
    expect(says['metrics-server']?.says).toBe(
      'HorizontalPodAutoscaler poor-backend cannot scale: the cluster serves no metrics.k8s.io (no metrics-server is installed).',
    );
  });
});
