import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { backendImage } from '../../contract/services/backend.ts';
import { findingText } from '../../proof/findings.ts';
import { shownAt } from '../../proof/redact.ts';
import { readDocuments } from '../../proof/source.ts';
import { cornerStack } from '../charts-ts/corner-stack.ts';
import { stackOf } from '../charts-ts/rendered.ts';
import { somebodyElsesStack } from '../charts-ts/somebody-elses-stack.ts';
import { builtInPacks } from '../../proof/packs/built-in.ts';
import { verify } from '../../proof/verify.ts';
import { chatKnowledge, chatRedactor, verifyChat } from './known.ts';
import { fileDocs, fileText, presetDocs, presets, presetYaml, yamlOf } from './manifests.ts';

/** What is found in a text, as a person reads it. */
const found = (text: string, file = 'all.yaml'): string[] =>
  verifyChat(readDocuments(file, text)).map(findingText);

describe('nothing is found', () => {
  test.each(presets)('in what is rendered for the preset %s', (preset) => {
    expect(verifyChat(presetDocs(preset)).map(findingText)).toEqual([]);
  });

  test.each([
    [
      'stores that run elsewhere',
      stackOf({
        redis: { external: { host: 'cache.example.com', port: 6380, tls: true } },
        neo4j: { external: { host: 'graph.example.com' } },
      }),
    ],
    [
      'a model, an ingress and images of another registry',
      stackOf({
        llm: { baseUrl: 'http://model.example.com:8080/v1' },
        embeddings: { baseUrl: 'https://198.51.100.4/v1' },
        ingress: { host: 'chat.example.com' },
        images: { registry: 'registry.example.com:5000' },
      }),
    ],
    [
      'images of other names',
      stackOf({ redis: { image: 'localhost/stand-in-for-redis:1' }, backend: { image: 'localhost/app:1' } }),
    ],
    [
      'another name and node port',
      stackOf(
        { backend: { nodePort: { enabled: true, port: 31_000 } } },
        { name: 'clinic', namespace: 'care' },
      ),
    ],
    ['no namespace of its own', stackOf({ createNamespace: false, secrets: { existingSecret: 'kept' } })],
    [
      'small and large limits',
      stackOf({
        preset: 'staging',
        neo4j: { resources: { limits: { memory: '8Gi' } } },
        backend: { replicas: 4 },
      }),
    ],
    ["somebody else's stack", somebodyElsesStack],
    ['corners of the model', cornerStack],
  ])('in what is rendered for %s', (_, stack) => {
    expect(found(yamlOf(stack))).toEqual([]);
  });

  test('but an unknown, in what is rendered for a store in a namespace that is not here', () => {
    const stack = stackOf({ neo4j: { external: { host: 'graph.ai.svc' } } });
    expect(found(yamlOf(stack))).toEqual([
      expect.stringContaining('unknown: HOST_UNKNOWN: NEO4J_HOST is "graph.ai.svc"'),
    ]);
  });

  test('in manifests with readiness gates and owners, as the operator renders them', () => {
    const owner = { apiVersion: 'mooring.dev/v1alpha1', kind: 'ChatStack', name: 'demo', uid: 'u' };
    const objects = renderStack(stackOf(), {
      ownerReferences: [owner],
      readinessGates: () => ['mooring.dev/redis-ready'],
    });
    expect(
      verifyChat(objects.map((value) => ({ file: '', value, lineOf: () => 1 }))).map(findingText),
    ).toEqual([]);
  });

  test.each(globSync('{handwritten,charts}/*.yaml', { cwd: import.meta.dirname }))('in %s', (name) => {
    expect(verifyChat(fileDocs(name)).map(findingText)).toEqual([]);
  });
});

describe('each check is alone', () => {
  const dev = presetYaml('dev');
  const incident = dev.replace('REDIS_PORT: "6379"', 'REDIS_PORT: "6380"');
  const codesOf = (text: string) => verifyChat(readDocuments('all.yaml', text)).map(({ code }) => code);

  test.each([
    ['a field of a wrong type', 'replicas: 1', 'replicas: one'],
    ['a required name that is none', 'name: data\n', 'name: Data_\n'],
    ['a port that is none', 'containerPort: 6379', 'containerPort: "redis"'],
    ['a kind that is not there', 'kind: ServiceAccount', 'kind: ServiceAccounts'],
  ])('%s hides nothing else, and is told once', (_, right, wrong) => {
    expect(dev).toContain(right);
    const broken = codesOf(dev.replace(right, wrong));
    expect(new Set(broken)).toEqual(new Set([wrong.startsWith('kind') ? 'UNKNOWN_KIND' : 'INVALID_FIELD']));
    expect(codesOf(incident.replace(right, wrong))).toEqual(
      expect.arrayContaining([...broken, 'PORT_NOT_SERVED']),
    );
  });

  test('one that fails is named, and the others go on', () => {
    const broken = {
      checks: [
        function halting() {
          throw new Error('no such luck');
        },
      ],
    };
    const findings = verify(readDocuments('all.yaml', incident), chatKnowledge, [...builtInPacks, broken]);
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual(
      expect.arrayContaining([
        ['PORT_NOT_SERVED', 'error'],
        ['CHECK_FAILED', 'unknown'],
      ]),
    );
    expect(findings.find(({ code }) => code === 'CHECK_FAILED')?.message).toContain(
      '"halting" failed: no such luck',
    );
  });
});

/** What a user's search and replace does, in all places or in none. */
const ports = ['6379', '6333', '6334', '7687', '7474', '8000', '8001', '30080'];
const hosts = ['demo-redis', 'demo-neo4j', 'demo-qdrant', 'demo-backend', 'demo-secrets', 'redis-password'];
const everywhere = (text: string, from: string, to: string): string =>
  text.replaceAll(new RegExp(`(?<![\\w])${from}(?![\\w])`, 'g'), to);

describe.each(presets)('of the preset %s, what is renamed everywhere is no finding', (preset) => {
  test.each(ports)('port %s', (port) => {
    expect(found(everywhere(presetYaml(preset), port, String(Number(port) + 1_111)))).toEqual([]);
  });
  test.each(hosts)('name %s', (name) => {
    expect(found(everywhere(presetYaml(preset), name, 'another-name'))).toEqual([]);
  });
});

describe('of manifests in another style, what is renamed everywhere is no finding', () => {
  test.each([
    ['handwritten/assistant.yaml', '6379', '6380'],
    ['handwritten/assistant.yaml', '7687', '17687'],
    ['handwritten/assistant.yaml', '6333', '7333'],
    ['handwritten/assistant.yaml', 'bolt', 'cypher'],
    ['handwritten/assistant.yaml', 'cache', 'sessions'],
    ['handwritten/assistant.yaml', 'graph', 'memories'],
    ['handwritten/assistant.yaml', 'vectors', 'search'],
    ['handwritten/assistant.yaml', 'credentials', 'logins'],
    ['handwritten/shop.yaml', '5432', '5433'],
    ['handwritten/shop.yaml', 'db', 'database'],
    ['handwritten/shop.yaml', '3333', '4444'],
  ])('%s: %s', (file, from, to) => {
    const text = fileText(file).replaceAll(/^#.*\n/gm, '');
    expect(found(everywhere(text, from, to))).toEqual([]);
  });
});

describe('the incident', () => {
  const dev = presetYaml('dev');

  test('a port of 6380 where the Service serves 6379 is named at both places, and whose port it usually is', () => {
    const line = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
    const broken = dev.replace('REDIS_PORT: "6379"', 'REDIS_PORT: "6380"');
    const [finding, ...more] = verifyChat(readDocuments('dist/all.yaml', broken));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      code: 'PORT_NOT_SERVED',
      here: {
        file: 'dist/all.yaml',
        line: line(broken, 'REDIS_PORT'),
        field: 'data.REDIS_PORT',
        value: '6380',
      },
      there: { file: 'dist/all.yaml', field: 'spec.ports.0.port', value: '6379' },
      hint: "6380 is often FalkorDB's or a TLS Redis'.",
    });
    expect(finding?.fix).toContain('Set REDIS_PORT to 6379');
  });

  test.each([
    ['REDIS_PORT: "6379"', 'REDIS_PORT: "26379"', "26379 is Redis Sentinel's, which serves no keys."],
    ['QDRANT_PORT: "6333"', 'QDRANT_PORT: "6334"', "6334 is Qdrant's gRPC port, not its HTTP one."],
    ['NEO4J_PORT: "7687"', 'NEO4J_PORT: "7474"', "7474 is Neo4j's browser port, not Bolt."],
  ])('%s → %s: %s', (from, to, hint) => {
    expect(verifyChat(readDocuments('all.yaml', dev.replace(from, to))).map((one) => one.hint)).toContain(
      hint,
    );
  });

  test('a variable left out takes its default, which is the pod itself', () => {
    expect(found(dev.replace(/ {2}REDIS_HOST: .*\n/, ''))).toEqual([
      expect.stringContaining('REDIS_HOST is not set, so it is "localhost"'),
    ]);
  });
});

test('a file that is no text gives a few short lines', () => {
  const binary = Array.from(
    { length: 400 },
    (_, index) => `\u0001\u001b{${'x'.repeat(300)}: [${index}\n`,
  ).join('');
  let said = '';
  try {
    readDocuments('a', binary);
  } catch (error) {
    said = String(error);
  }
  expect(said.split('\n').length).toBeLessThan(6);
  expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThan(120);
  expect(said).not.toContain('\u001b');
});

test.each([
  ['neo5j/', ['BAD_SETTING']],
  ['neo4j/', []],
])('of a NEO4J_AUTH whose password is kept elsewhere, the user %s is judged', (user, codes) => {
  const text = presetYaml('production').replace('neo4j/$(MOORING', `${user}$(MOORING`);
  expect(verifyChat(readDocuments('a', text)).map(({ code }) => code)).toEqual(codes);
});

describe('a secret is shown nowhere', () => {
  const secret = 'hunter2/Zz9';
  const env = (name: string, value: string): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'unlucky' },
      spec: {
        containers: [
          {
            name: 'api',
            image: 'mooring-backend:1',
            env: [
              { name, value },
              { name, value },
            ],
          },
        ],
      },
    });
  const shown = (field: string, value: unknown, kind = 'ConfigMap'): string | undefined => {
    const document = { kind, [field.split('.')[0] ?? '']: value };
    const [doc] = readDocuments('a', JSON.stringify(document));
    return (
      doc &&
      shownAt(
        { doc, path: field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) },
        chatRedactor,
      )
    );
  };

  test.each([
    ['a key', 'LLM_API_KEY', secret],
    ['a password behind its user', 'NEO4J_AUTH', `neo4j/${secret}`],
    ['a password where its user is forgotten', 'NEO4J_AUTH', secret],
    ['a slip in its name', 'REDIS_PASSWROD', secret],
    ['a slip of the shift key', 'redis_passwrod', secret],
    ['a password in a URL', 'LLM_BASE_URL', `http://u:${secret}@llm`],
    ['a password with an @ in a URL', 'LLM_BASE_URL', `http://u:p@${secret}@llm`],
    ['a URL for a host', 'REDIS_HOST', `redis://:${secret}@cache:6379`],
    ['a URL for a port', 'REDIS_PORT', `redis://:${secret}@cache:6379`],
    ['a name nobody knows', 'SENTRY_TOKEN', secret],
  ])('%s: %s', (_, name, value) => {
    const text = JSON.stringify(verifyChat(readDocuments('a', env(name, value))));
    expect(text).toContain('ENV_TWICE');
    const written = presetYaml('dev')
      .replace(new RegExp(`^  ${name}: .*\n`, 'm'), '')
      .replace(/^ {2}LOG_LEVEL: .*/m, `  ${name}: ${JSON.stringify(value)}`);
    expect(written).toContain(value);
    const all = JSON.stringify(verifyChat(readDocuments('b', written)));
    expect(text + all).not.toMatch(/hunter2|Zz9/);
  });

  test.each([
    ['data.REDIS_PASSWORD', { REDIS_PASSWORD: secret }, undefined],
    ['metadata.annotations.api-token', { annotations: { 'api-token': secret } }, undefined],
    ['data.port', { port: '6379' }, undefined, 'Secret'],
    ['data.conf', { conf: `port 1\nrequirepass ${secret}\n` }, 'port 1\nrequirepass ***\n'],
    ['data.conf', { conf: `{"apiKey": "${secret}"}` }, '{"apiKey": "***"}'],
    ['args.1', ['--requirepass', secret], undefined],
    ['args.1', ['-a', secret], undefined],
    ['args.1', ['--port', '6379'], '6379'],
    ['args.1', ['--requirepass', '$(PASSWORD)'], '$(PASSWORD)'],
    ['args.0', [`redis-cli -a ${secret} ping`], 'redis-cli -a *** ping'],
    ['args.0', [`REDISCLI_AUTH=${secret} redis-cli ping`], 'REDISCLI_AUTH=*** redis-cli ping'],
    ['args.0', [': "${REDISCLI_AUTH:?is empty}"'], ': "${REDISCLI_AUTH:?is empty}"'],
    ['data.REDIS_PORT', { REDIS_PORT: '6380' }, '6380'],
    ['data.AUTH_MODE', { AUTH_MODE: 'jwt' }, 'jwt'],
  ])('of %s of %j is shown %j', (field, value, expected, kind?: string) => {
    expect(shown(field, value, kind)).toBe(expected);
  });
});

test.each(['REDIS_PORT', 'LOG_LEVEL', 'AUTH_MODE'])('the text of a Secret is not shown as %s', (name) => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'odd' },
    stringData: { text: 'hunter2' },
  };
  const env = [{ name, valueFrom: { secretKeyRef: { name: 'odd', key: 'text' } } }];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'unlucky' },
    spec: { containers: [{ name: 'api', image: backendImage, env }] },
  };
  const findings = verifyChat(readDocuments('a', `${JSON.stringify(secret)}\n---\n${JSON.stringify(pod)}`));
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'ENV_INVALID',
      message: expect.stringContaining(`${name} is (secret, not shown)`) as string,
    }),
  );
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test('no value of a secret is ever shown', () => {
  const text = presetYaml('dev').replace('cmVkaXM', '!!!');
  const secret = 'aLongEnoughPasswordForTheGraph';
  const written = fileText('handwritten/assistant.yaml').replace(`neo4j/${secret}`, `somebody/${secret}`);
  expect(
    JSON.stringify([verifyChat(readDocuments('a', text)), verifyChat(readDocuments('b', written))]),
  ).not.toContain(secret);
  expect(found(written)).not.toEqual([]);
});
