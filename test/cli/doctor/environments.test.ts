import { describe, expect, test } from 'vitest';
import { renderStack } from '../../../charts-ts/render.ts';
import { environmentChecks } from '../../../cli/doctor/environments.ts';
import { inWords } from '../../../cli/doctor/check.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { environmentOf, serviceOf } from '../../../model/environment.ts';
import { stackOf } from '../../charts-ts/rendered.ts';

const stack = stackOf();
const rendered: readonly KubeObject[] = renderStack(stack);

interface Workload {
  spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
}

/** The live objects after `kubectl set env deployment/demo-backend NAME=value`. */
function afterSetEnv(name: string, value: string): KubeObject[] {
  return rendered.map((object) => {
    if (object.kind !== 'Deployment') return object;
    const copy = structuredClone(object) as unknown as Workload & { metadata: object };
    const [container] = copy.spec.template.spec.containers;
    if (container)
      container.env = [...(container.env ?? []).filter((one) => one.name !== name), { name, value }];
    const env = { [`k:{"name":"${name}"}`]: { '.': {}, 'f:name': {}, 'f:value': {} } };
    const fieldsV1 = {
      'f:spec': {
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"backend"}': { 'f:env': env } } } },
      },
    };
    const managedFields = [
      { manager: 'kubectl-set', operation: 'Update', time: '2026-11-25T08:00:00Z', fieldsV1 },
    ];
    return { ...copy, metadata: { ...copy.metadata, managedFields } } as unknown as KubeObject;
  });
}

const values = Object.fromEntries(
  environmentOf(stack, serviceOf(stack, 'backend')).flatMap((one) =>
    'value' in one ? [[one.name, one.value]] : [],
  ),
);
const says = (
  live: readonly KubeObject[],
  config: Record<string, string> = values,
  of: readonly KubeObject[] = rendered,
) =>
  environmentChecks(stack, {
    rendered: of,
    live,
    remedy: (effect) => `"mooring apply --force-conflicts" takes it back${effect}.`,
    running: [
      {
        service: 'backend',
        pod: 'demo-backend-1',
        config: { version: 1, digest: '', values: config, secretsSet: [] },
      },
    ],
  });

describe('the four layers of an environment', () => {
  test('agree where nobody changed anything', () => {
    expect(says(rendered).map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(says(rendered).map((one) => one.says)).toContain(
      `backend: contract, manifests, cluster and running process agree on ${environmentOf(stack, serviceOf(stack, 'backend')).length} variables.`,
    );
  });

  test('the incident: kubectl set env REDIS_PORT=6380, told with who did it and how to take it back', () => {
    const checks = says(afterSetEnv('REDIS_PORT', '6380'), { ...values, REDIS_PORT: '6380' });
    const text = inWords(checks.filter(({ verdict }) => verdict === 'wrong'));
    expect(text).toBe(
      [
        '✗ backend: REDIS_PORT is 6380 in the cluster, but the contract says 6379.',
        '    contract: 6379 (edge to redis:redis)',
        '    rendered: 6379 (ConfigMap demo-backend-config)',
        '    live:     6380 (Deployment demo-backend, set by kubectl set at 2026-11-25T08:00:00Z)',
        '    To do: "mooring apply --force-conflicts" takes it back (explained by "mooring explain REDIS_PORT"), and restarts backend.',
        '',
        '1 thing looked at, 1 wrong.',
      ].join('\n'),
    );
  });

  test('a process that was started before the change still runs with the old value', () => {
    const [check] = says(rendered, { ...values, REDIS_PORT: '6380' }).filter(
      ({ verdict }) => verdict === 'wrong',
    );
    expect(check?.says).toBe(
      'backend: REDIS_PORT is 6379 in the cluster now, but a process still runs with 6380.',
    );
    expect(check?.places?.at(-1)).toEqual({
      layer: 'running',
      value: '6380',
      where: 'Pod demo-backend-1, /config',
    });
  });

  test('a dist/ that was edited is told, where the cluster is right', () => {
    const [check] = says(rendered, values, afterSetEnv('REDIS_PORT', '6380')).filter(
      (one) => one.verdict === 'wrong',
    );
    expect(check?.says).toBe('backend: REDIS_PORT is 6380 in dist/, but the contract says 6379.');
    expect(check?.fix).toBe('mooring synth');
  });

  test('a variable nobody reads is a note, with the name that was meant', () => {
    const [check] = says(afterSetEnv('REDIS_PROT', '6380')).filter(({ verdict }) => verdict !== 'ok');
    expect(check).toMatchObject({ verdict: 'note', id: 'env/backend/REDIS_PROT' });
    expect(check?.says).toContain('nothing reads it. Did you mean REDIS_PORT?');
  });

  test('an optional variable that the document does not set is wrong', () => {
    const checks = says(afterSetEnv('LLM_BASE_URL', 'http://elsewhere/v1'), {
      ...values,
      LLM_BASE_URL: 'http://elsewhere/v1',
    });
    expect(checks.find(({ verdict }) => verdict === 'wrong')?.says).toContain('the document does not set it');
  });

  test('a secret that somebody wrote down is told, and not shown', () => {
    const text = JSON.stringify(says(afterSetEnv('REDIS_PASSWORD', 'hunter2-in-the-clear')));
    expect(text).toContain('(a value written down, not shown)');
    expect(text).not.toContain('hunter2');
  });

  test.each(['GITHUB_TOKEN', 'OLD_REDIS_PASSWORD', 'NEO4J_AUTH'])(
    '%s, which only sounds like a secret, is told by its name only',
    (name) => {
      const text = JSON.stringify(says(afterSetEnv(name, 'hunter2-in-the-clear')));
      expect(text).toContain('(a value written down, not shown)');
      expect(text).not.toContain('hunter2');
    },
  );

  test('a URL that the contract does not know is told without its password', () => {
    const text = JSON.stringify(says(afterSetEnv('CACHE_URL', 'redis://:hunter2@cache/0')));
    expect(text).toContain('redis://***@cache/0');
  });

  test('a flag that takes a secret, in a variable or in what a process reports, is told without it', () => {
    const options = '-Dstore.password=hunter2';
    const live = afterSetEnv('JAVA_OPTS', options);
    expect(JSON.stringify(says(live))).not.toContain('hunter2');
    const astray = says(rendered, { ...values, LOG_LEVEL: options });
    expect(JSON.stringify(astray)).toContain('LOG_LEVEL');
    expect(JSON.stringify(astray)).not.toContain('hunter2');
  });

  test('no remedy is promised where none is known', () => {
    const checks = environmentChecks(stack, {
      ...{ rendered, live: afterSetEnv('REDIS_PORT', '6380'), running: [], remedy: () => undefined },
    });
    expect(checks.filter(({ verdict }) => verdict !== 'ok')).toHaveLength(1);
    expect(JSON.stringify(checks)).not.toContain('takes it back');
  });
});
