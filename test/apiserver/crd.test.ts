import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { jsonSchemaOf } from '../../model/document-fields.ts';
import type { JsonSchema } from '../../model/json-schema.ts';
import { readAnyDocument } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdOf } from '../../operator/manifests/crd.ts';
import memoryChat from '../../examples/fastapi-chat/mooring.config.ts';
import { shopKind } from '../kinds/shop-kind.ts';
import { documentsOf } from '../operator/manifests/documents.ts';
import { forSuite } from '../servers/for-suite.ts';
import { until } from '../servers/poll.ts';
import { startApiServer, type ApiServer } from '../servers/kubernetes/api-server.ts';

const kinds = {
  ChatStack: chatKind as unknown as StackKind,
  ShopStack: shopKind as unknown as StackKind,
  MemoryChat: memoryChat as unknown as StackKind,
};
const server = forSuite(async () => {
  const started = await startApiServer();
  for (const kind of Object.values(kinds)) await serve(started, kind);
  return started;
});

const collectionOf = ({ apiVersion, plural }: StackKind): string =>
  `/apis/${apiVersion}/namespaces/default/${plural}`;

async function serve(started: ApiServer, kind: StackKind): Promise<void> {
  const created = await started.request(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    crdOf(kind),
  );
  expect(created, JSON.stringify(created)).toMatchObject({ status: 201 });
  await until(
    `${kind.kind} to be served`,
    async () => (await started.request('GET', collectionOf(kind))).status === 200,
    10_000,
  );
}

interface Judged {
  readonly document: unknown;
  /** The spec with its defaults; undefined where it is refused. */
  readonly cli: unknown;
  readonly apiServer: unknown;
  readonly why: string;
}

/** The same document as the CLI and as the API server read it; strict, as kubectl asks it to be. */
async function judged(kind: StackKind, { name, spec }: { name: unknown; spec: unknown }): Promise<Judged> {
  const metadata = { name, namespace: 'default' };
  const document = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata,
    ...(spec === absent ? {} : { spec }),
  };
  const { json, status } = await server().request(
    'POST',
    `${collectionOf(kind)}?dryRun=All&fieldValidation=Strict`,
    document,
  );
  const answer = json as { spec?: unknown; message?: string };
  return {
    document,
    ...byCli(kind, document),
    ...(status === 201 ? { apiServer: answer.spec } : { apiServer: undefined, why: answer.message ?? '' }),
  };
}

function byCli(kind: StackKind, document: unknown): { cli: unknown; why: string } {
  try {
    return { cli: readAnyDocument([kind], document, 'it').document.spec, why: '' };
  } catch (error) {
    return { cli: undefined, why: String(error) };
  }
}

const absent = Symbol('absent');
const perKind = 500;

describe.each(Object.entries(kinds))('the CRD of %s', (_, kind) => {
  const unlikely = perKind / 10;
  test(`accepts and refuses the same ${perKind} documents as the CLI, and fills in the same defaults`, async () => {
    const { properties = {} } = jsonSchemaOf(kind) as JsonSchema;
    const name = properties.metadata?.properties?.name ?? {};
    const cases = fc.record({
      // An object has no name by default.
      name: documentsOf(name).filter((one) => one !== null),
      spec: fc.oneof(
        { weight: 49, arbitrary: documentsOf(properties.spec ?? {}) },
        { weight: 1, arbitrary: fc.constant(absent) },
      ),
    });
    const results: Judged[] = [];
    for (const one of fc.sample(cases, { seed: 9, numRuns: perKind })) results.push(await judged(kind, one));
    const accepted = results.filter(({ cli }) => cli !== undefined).length;
    console.log(`${kind.kind}: ${accepted} of ${perKind} documents are accepted by both.`);
    for (const { document, cli, apiServer, why } of results)
      expect(apiServer, `${JSON.stringify(document)} ${why}`).toEqual(cli);
    expect(accepted).toBeGreaterThan(unlikely);
    expect(accepted).toBeLessThan(perKind - unlikely);
  });
});

describe('a volume of a live ChatStack', () => {
  const sized = (size: string, storageClass = 'fast'): object => ({
    apiVersion: chatKind.apiVersion,
    kind: chatKind.kind,
    metadata: { name: 'volumes', namespace: 'default' },
    spec: { neo4j: { storage: { size, storageClass } } },
  });
  const applied = (document: object) =>
    server().request(
      'PATCH',
      `${collectionOf(kinds.ChatStack)}/volumes?fieldManager=test&force=true`,
      JSON.stringify(document),
      { 'content-type': 'application/apply-patch+yaml' },
    );

  test('may grow, and neither shrink nor change its class', async () => {
    expect(await applied(sized('1Gi'))).toMatchObject({ status: 201 });
    expect(await applied(sized('1024Mi'))).toMatchObject({ status: 200 });
    expect(await applied(sized('1.5Gi'))).toMatchObject({ status: 200 });
    const shrunk = await applied(sized('1200Mi'));
    expect(shrunk).toMatchObject({ status: 422 });
    expect(JSON.stringify(shrunk.json)).toContain('may grow, never shrink');
    const moved = await applied(sized('2Gi', 'slow'));
    expect(moved).toMatchObject({ status: 422 });
    expect(JSON.stringify(moved.json)).toContain('is immutable');
  });
});

describe('/scale of a live ChatStack whose document has no spec.backend.replicas', () => {
  const definition = crdOf(kinds.ChatStack);
  const scaleOf = (name: string) => server().request('GET', `${collectionOf(kinds.ChatStack)}/${name}/scale`);

  test('cannot be read, as an autoscaler does, until kubectl scale has written it', async () => {
    const document = { apiVersion: chatKind.apiVersion, kind: chatKind.kind, metadata: { name: 'scaled' } };
    expect(await server().request('POST', collectionOf(kinds.ChatStack), document)).toMatchObject({
      status: 201,
    });
    const unread = await scaleOf('scaled');
    expect(unread).toMatchObject({ status: 500 });
    expect(JSON.stringify(unread.json)).toContain('.spec.backend.replicas\\" does not exist');
    const { code, stderr } = await server().kubectl(['scale', 'chatstack/scaled', '--replicas=2']);
    expect(code, stderr).toBe(0);
    expect(await scaleOf('scaled')).toMatchObject({ status: 200, json: { spec: { replicas: 2 } } });
  });

  test('cannot have it from the status, where the operator could write it: the API server refuses such a definition', async () => {
    const [version] = structuredClone(definition.spec.versions);
    const moved = {
      ...version?.subresources,
      scale: { ...version?.subresources['scale'], specReplicasPath: '.status.replicas' },
    };
    const changed = {
      ...definition,
      spec: { ...definition.spec, versions: [{ ...version, subresources: moved }] },
    };
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
    const refused = await server().request(
      'PATCH',
      `${path}?fieldManager=test&force=true&dryRun=All`,
      JSON.stringify(changed),
      { 'content-type': 'application/apply-patch+yaml' },
    );
    expect(refused).toMatchObject({ status: 422 });
    expect(JSON.stringify(refused.json)).toContain('should be a json path under .spec');
  });
});
