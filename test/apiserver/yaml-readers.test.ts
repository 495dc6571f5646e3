import { App } from 'cdk8s';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { addStackCharts } from '../../charts-ts/charts/stack-charts.ts';
import type { Manifest } from '../../charts-ts/render.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { freeFields, freeTexts } from '../charts-ts/free-texts.ts';
import { hostileTexts, placesOf } from '../charts-ts/hostile-texts.ts';
import { presetDocuments, stackOf } from '../charts-ts/rendered.ts';
import { orSkip } from '../servers/or-skip.ts';
import { readWithKubectl, readWithPython } from '../servers/yaml/readers.ts';

const labels = { read: 'by-kubectl' };
const texts = hostileTexts(2_000);

/** 2,000 texts in every place a text may stand in; two thousand objects would take kubectl minutes. */
const general = [
  {
    apiVersion: 'example.com/v1',
    kind: 'Texts',
    metadata: { name: 'all', labels },
    texts: texts.map(placesOf),
  },
];

const objectsOf = (spec: object): Manifest[] =>
  addStackCharts(new App(), stackOf(spec), {}).flatMap((chart) =>
    chart.apiObjects.map((object) => object.toJson() as Manifest),
  );

/** Each text once in each free field of a document; of its manifests, the objects that hold them. */
function ofDocuments(): Manifest[] {
  // A field of the document takes 256 characters.
  const taken = texts.filter((text) => text !== '' && text.length < 256 && !text.includes('\0'));
  return taken.flatMap((_, first) => {
    const here = Array.from(
      { length: freeFields },
      (__, index) => taken[(first + index) % taken.length] ?? '',
    );
    return objectsOf(freeTexts(here)).filter(
      ({ kind, metadata }) => kind === 'Ingress' || metadata.name === 'demo-backend-config',
    );
  });
}

const labelled = (objects: readonly Manifest[]): Manifest[] =>
  objects.map((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
  }));

/** The first object that was read as another one, as both are: a few thousand at once are no readable difference. */
function misread(read: readonly unknown[], written: readonly object[]): unknown {
  const at = written.findIndex((object, index) => !isDeepStrictEqual(read[index], plain(object)));
  return at < 0 && read.length === written.length ? undefined : { written: written[at], read: read[at] };
}

/** Without what JSON does not keep, as undefined fields. */
const plain = (object: object): unknown => JSON.parse(JSON.stringify(object)) as unknown;

let documents: Manifest[];
beforeAll(() => {
  documents = labelled(ofDocuments());
});

describe.each([
  ['kubectl', readWithKubectl],
  ['PyYAML', readWithPython],
])('%s reads what we write as what it was', (_, read) => {
  test('2,000 hostile texts in every place of an object', (context) =>
    orSkip(context, async () => {
      const [all] = (await read(stringifyManifests(general))) as typeof general;
      expect(misread(all?.texts ?? [], general[0]?.texts ?? [])).toBeUndefined();
    }));

  test('2,000 hostile texts in every free field of a document', (context) =>
    orSkip(context, async () => {
      expect(misread(await read(stringifyManifests(documents)), documents)).toBeUndefined();
    }));

  test('the three presets', (context) =>
    orSkip(context, async () => {
      const objects = labelled(Object.values(presetDocuments).flatMap(objectsOf));
      expect(await read(stringifyManifests(objects))).toEqual(objects);
    }));
});
