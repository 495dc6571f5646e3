import { App } from 'cdk8s';
import { parseAllDocuments, stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { addStackCharts } from '../../charts-ts/charts/stack-charts.ts';
import { parseYaml } from '../../charts-ts/read-document.ts';
import type { Manifest } from '../../charts-ts/render.ts';
import { stringifyManifests, stringifyYaml } from '../../charts-ts/yaml.ts';
import { chatStack } from '../../contract/chat-stack.ts';
import { StackError } from '../../model/define-stack.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { freeFields, freeTexts, storesElsewhere } from './free-texts.ts';
import { halfPairs, hostileTexts } from './hostile-texts.ts';
import { at, pick } from './rendered.ts';

/** The objects as kubectl reads them, of a document as its file says it; `undefined` where the contract refuses it. */
function manifests(spec: object): Manifest[] | undefined {
  const file = stringifyYaml({ spec });
  expect(parseYaml(file, 'stack.yaml').value).toEqual({ spec });
  try {
    const stack = chatStack(readChatStack(parseYaml(file, 'stack.yaml').value, 'stack.yaml'));
    const charts = addStackCharts(new App(), stack, {});
    const objects = charts.flatMap((chart) => chart.apiObjects.map((object) => object.toJson() as Manifest));
    const read = parseAllDocuments(stringifyManifests(objects), { version: '1.1' });
    const texts = read.map((document) => document.toJS() as Manifest);
    expect(texts).toEqual(objects);
    return texts;
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return undefined;
  }
}

describe('a document says what it says, and nothing more', () => {
  test('hostile texts in the free fields are in the manifests as they are', () => {
    // No field takes an empty text, and no environment variable holds a NUL.
    const texts = hostileTexts(400).filter((text) => text !== '' && !text.includes('\0'));
    for (let first = 0; first < texts.length; first += freeFields) {
      const here = Array.from(
        { length: freeFields },
        (_, index) => texts[(first + index) % texts.length] ?? '',
      );
      const [issuer, audience, model, embedding, value, key = ''] = here;
      const objects = manifests(freeTexts(here)) ?? [];
      expect(at(pick(objects, 'ConfigMap', 'demo-backend-config'), 'data')).toMatchObject({
        AUTH_MODE: 'jwt',
        AUTH_ISSUER: issuer,
        AUTH_AUDIENCE: audience,
        LLM_MODEL: model,
        EMBEDDINGS_MODEL: embedding,
      });
      const notes = at(pick(objects, 'Ingress', 'demo-backend'), 'metadata.annotations');
      expect(notes).toMatchObject({ 'example.com/a': value, [`k${key}`]: 'b' });
    }
  });

  test('hostile names of images and registries are refused, or in the manifests as they are', () => {
    const image = 'spec.template.spec.containers.0.image';
    // Each renders a whole stack twice.
    for (const text of hostileTexts(1_000).filter((_, index) => index % 40 === 0)) {
      const registry = manifests({ ...storesElsewhere, images: { registry: text } });
      if (registry) expect(at(pick(registry, 'Deployment', 'demo-backend'), image)).toContain(`${text}/`);
      const objects = manifests({
        images: { registry: text },
        backend: { image: text },
        redis: { image: text },
      });
      if (!objects) continue;
      expect(at(pick(objects, 'Deployment', 'demo-backend'), image)).toBe(text);
      expect(at(pick(objects, 'StatefulSet', 'demo-redis'), image)).toBe(text);
    }
  });

  test('a text that refers to a variable is a text: kubelet does not put a secret in its place', () => {
    const objects =
      manifests(freeTexts(Array.from({ length: freeFields }, () => '$(REDIS_HOST) $(LLM_MODEL)'))) ?? [];
    expect(at(pick(objects, 'ConfigMap', 'demo-backend-config'), 'data.AUTH_ISSUER')).toBe(
      '$(REDIS_HOST) $(LLM_MODEL)',
    );
    const container = at(pick(objects, 'Deployment', 'demo-backend'), 'spec.template.spec.containers.0.env');
    expect(JSON.stringify(container ?? [])).not.toContain('$(');
  });

  test.each(halfPairs)('half of a surrogate pair is refused with its place: %j', (text) => {
    const read = (document: object): unknown =>
      readChatStack(parseYaml(stringify(document), 'stack.yaml').value, 'stack.yaml');
    const inIssuer = { spec: { auth: { issuer: text } } };
    expect(() => read(inIssuer)).toThrow(/spec\.auth\.issuer: .* half of a surrogate pair/);
    const inKey = { spec: { ingress: { host: 'a.b', annotations: { [text]: 'b' } } } };
    expect(() => read(inKey)).toThrow(/spec\.ingress\.annotations: .* half of a surrogate pair/);
  });
});
