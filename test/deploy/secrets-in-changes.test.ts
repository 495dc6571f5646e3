import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { diffOf, diffText } from '../../cli/apply/plan-text.ts';
import { objectChecks } from '../../cli/doctor/objects.ts';
import type { StackPlan } from '../../deploy/stack-plan.ts';
import { changesBetween, differencesBetween } from '../../deploy/changes.ts';
import { contestedBy } from '../../deploy/contested.ts';
import { obstaclesOf } from '../../deploy/execute.ts';
import { scopeOf } from '../../deploy/take-over.ts';
import type { FieldSet } from '../../kube/fields.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { stackOf } from '../charts-ts/rendered.ts';

const stack = stackOf({ preset: 'staging', backend: { autoscaling: { enabled: true } } });
const rendered: readonly KubeObject[] = renderStack(stack);
const oneOfEachKind = [...new Map(rendered.map((object) => [object.kind, object])).values()];

/** The ways in which a text gives a secret away. */
const texts: Readonly<Record<string, (secret: string) => string>> = {
  'a URL': (secret) => `redis://:${secret}@cache:6379/0`,
  'the query of a URL': (secret) => `https://example.com/x?api_key=${secret}`,
  'an option of Java': (secret) => `-Xmx1g -Dstore.password=${secret}`,
  'a flag': (secret) => `server --auth-token ${secret} --port 1`,
  'a flag with a sign': (secret) => `server --auth-token=${secret} --port 1`,
  'a short flag of a client': (secret) => `redis-cli -h redis -a ${secret} ping`,
  'the password of cypher-shell': (secret) => `cypher-shell -u neo4j -p ${secret} 'RETURN 1'`,
  'a user of curl': (secret) => `curl -u neo4j:${secret} http://neo4j:7474`,
  'a header of curl': (secret) => `curl -H 'Authorization: Bearer ${secret}' http://qdrant`,
  'a configuration file of Redis': (secret) => `port 6379\nrequirepass ${secret}\nmasterauth ${secret}\n`,
  'quoted in a configuration file': (secret) => `password = "${secret} ${secret}"\n`,
  'in YAML': (secret) => `service:\n  api_key: ${secret}\n  port: 1\n`,
  'a block of YAML': (secret) => `password: |\n  ${secret}\n`,
  'in JSON': (secret) => JSON.stringify({ port: 1, apiKey: secret }),
  'a private key': (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`,
};

/** Command lines in which the secret is an item of its own. */
const lines: Readonly<Record<string, (secret: string) => string[]>> = {
  'a flag and its value': (secret) => ['--auth-token', secret, '--port', '1'],
  'a setting and its value': (secret) => ['redis-server', '--requirepass', secret],
  'a short flag and its value': (secret) => ['redis-cli', '-h', 'redis', '-a', secret],
  'a short flag that is the first': (secret) => ['-a', secret],
  'the password of cypher-shell': (secret) => ['cypher-shell', '-u', 'neo4j', '-p', secret],
  ...Object.fromEntries(
    Object.entries(texts).map(([what, text]) => [
      `a script with ${what}`,
      (secret: string): string[] => ['sh', '-c', text(secret)],
    ]),
  ),
};

type Fields = Record<string, unknown>;

/** An edit that plants a secret in an object; none where the object has no such place. */
type Plant = (object: KubeObject, secret: string) => void;

const eachContainer = (object: KubeObject, edit: (container: Fields) => void): void => {
  const { template } = (object['spec'] ?? {}) as { template?: { spec: { containers: Fields[] } } };
  for (const container of template?.spec.containers ?? []) edit(container);
};
const annotate = (object: KubeObject, name: string, value: string): void => {
  const { template } = (object['spec'] ?? {}) as { template?: { metadata: Fields } };
  for (const metadata of [object.metadata as unknown as Fields, template?.metadata])
    if (metadata) metadata['annotations'] = { ...(metadata['annotations'] as object), [name]: value };
};
const addData = (object: KubeObject, field: string, entry: object): void => {
  if (object.kind === 'ConfigMap')
    (object as unknown as Fields)[field] = { ...(object[field] as object), ...entry };
};
const addVariable = (object: KubeObject, variable: object): void => {
  eachContainer(object, (container) => {
    container['env'] = [...((container['env'] ?? []) as object[]), variable];
  });
};
const names = ['REDIS_PASSWORD', 'LLM_API_KEY', 'DB_AUTH'];

const plants: readonly (readonly [what: string, plant: Plant])[] = [
  ...names.flatMap((name): [string, Plant][] => [
    [`a variable ${name}`, (object, value) => addVariable(object, { name, value })],
    [`a key ${name} of a ConfigMap`, (object, value) => addData(object, 'data', { [name]: value })],
    [`an annotation ${name}`, (object, value) => annotate(object, name, value)],
  ]),
  [
    'binary data',
    (object, value) => addData(object, 'binaryData', { file: btoa(`requirepass ${value}`) + value }),
  ],
  [
    'a header of a probe',
    (object, value) => {
      const httpHeaders = [{ name: 'Authorization', value: `Bearer ${value}` }];
      eachContainer(object, (container) => (container['readinessProbe'] = { httpGet: { httpHeaders } }));
    },
  ],
  ...Object.entries(texts).flatMap(([what, text]): [string, Plant][] => [
    [
      `a variable with ${what}`,
      (object, value) => addVariable(object, { name: 'EXTRA', value: text(value) }),
    ],
    [`an annotation with ${what}`, (object, value) => annotate(object, 'example.com/note', text(value))],
    [`a ConfigMap with ${what}`, (object, value) => addData(object, 'data', { 'a.conf': text(value) })],
  ]),
  ...Object.entries(lines).flatMap(([what, line]): [string, Plant][] => [
    ...['args', 'command'].map((field): [string, Plant] => [
      `${field} with ${what}`,
      (object, value) => eachContainer(object, (container) => (container[field] = line(value))),
    ]),
    [
      `a probe with ${what}`,
      (object, value) =>
        eachContainer(
          object,
          (container) => (container['livenessProbe'] = { exec: { command: line(value) } }),
        ),
    ],
  ]),
];

const everything: FieldSet = { 'f:spec': {}, 'f:data': {}, 'f:binaryData': {}, 'f:metadata': {} };

/** All that is told where one state of an object should be another. */
function told(live: KubeObject, desired: KubeObject): string {
  const owned = {
    ...live,
    metadata: {
      ...live.metadata,
      managedFields: [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1: everything } as const],
    },
  };
  const differences = differencesBetween(live, desired);
  const contested = contestedBy('mooring', owned, desired, { differences });
  const planned = {
    ...{
      object: desired,
      live,
      contested,
      steps: differences.map((one) => one.steps),
      changes: changesBetween(live, desired),
    },
    ...{ grows: [], scope: scopeOf(desired), refused: [], warnings: [] },
  };
  const rest = { newSecretKeys: [], secretExists: true, leftovers: [], formerJobs: [], leftoverClaims: [] };
  const plan: StackPlan = { planned: [planned], ...rest };
  const diffs = diffOf(plan, stack);
  return [
    JSON.stringify([planned.changes, contested, diffs]),
    diffText(diffs),
    JSON.stringify(objectChecks(stack, plan, { rendered: [desired], live: [live], unread: [] })),
    ...obstaclesOf(planned, false),
  ].join('\n');
}

const secrets = (): string[] => {
  const random = randomBytes(12).toString('base64url').replaceAll(/^-+/g, 'x');
  return [random, `${random}$!`, `$${random}!x`, `p@${random}/w`];
};

describe('a secret is shown neither where it was added nor where it is removed:', () => {
  test.each(plants)('%s', (_, plant) => {
    let planted = 0;
    for (const object of oneOfEachKind)
      for (const secret of secrets()) {
        const edited = structuredClone(object);
        plant(edited, secret);
        if (changesBetween(object, edited).length === 0) continue;
        planted++;
        for (const text of [
          told(edited, object),
          told(object, edited),
          JSON.stringify(changesBetween(undefined, edited)),
        ])
          expect(text, nameOf(object)).not.toContain(secret);
      }
    expect(planted).toBeGreaterThan(0);
  });
});

describe('what is no secret is shown:', () => {
  test("all that is rendered, but for a variable whose name is a secret's", () => {
    const masked = { name: 'NEO4J_AUTH', value: '(secret)' };
    const written = { name: 'NEO4J_AUTH', value: 'neo4j/$(MOORING_NEO4J_PASSWORD)' };
    for (const object of rendered) {
      const [change] = changesBetween(undefined, object);
      const shown = JSON.stringify(change?.to).replaceAll(JSON.stringify(masked), JSON.stringify(written));
      expect(JSON.parse(shown)).toEqual(object);
    }
  });

  test.each([
    { image: 'registry.example.com:5000/team/token-server:1.2@sha256:ab' },
    { volumes: [{ name: 'token', secret: { secretName: 'demo-secrets', defaultMode: 288 } }] },
    { env: [{ name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'demo-secrets', key: 'a' } } }] },
    { projected: { sources: [{ serviceAccountToken: { audience: 'vault', path: 'token' } }] } },
    { automountServiceAccountToken: true },
    { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    { command: ['sh', '-c', 'cat /var/run/secrets/token && exec server --port 8000'] },
    { args: ['--auth-token-file', '/run/secrets/token', '--requirepass', '$(REDIS_PASSWORD)'] },
    { args: ['--token-audience=vault', '--port', '6379'] },
    { args: ['--skip-token-check', '--port=8080'] },
    { 'a.yaml': 'secretName: demo-secrets\nautomountServiceAccountToken: true\npassword_file: /run/x\n' },
    { script: 'redis-cli -a "$REDIS_PASSWORD" ping; export TOKEN=${TOKEN}' },
  ])('%j', (fields) => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } };
    const [change] = changesBetween(object, { ...object, spec: fields });
    expect(change?.to).toEqual(fields);
  });
});

test.each(['a', 'token', '-', 'a.-', 'token\n', '"a', 'redis-cli '])(
  'a long text of %j is judged in no long time',
  (part) => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } };
    // Beyond the test's time limit where the time grows by the square of the length.
    const text = part.repeat(500_000 / part.length);
    const [change] = changesBetween(object, { ...object, data: { text } });
    expect(change?.path).toBe('data');
  },
);
