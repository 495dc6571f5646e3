import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { z } from 'zod';
import lock from '../../../package-lock.json' with { type: 'json' };
import { sbomOf } from '../../../scripts/package/sbom.ts';

const files = [
  'node_modules/yaml/dist/index.js',
  'node_modules/@kubernetes/client-node/dist/index.js',
  // In the tarball of another one.
  'node_modules/cdk8s/node_modules/fast-json-patch/index.js',
  'cli/main.mjs',
];

const sbom = z.object({
  metadata: z.object({ component: z.object({ purl: z.string() }) }),
  components: z.array(
    z.object({
      purl: z.string(),
      hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});

const schemas = 'node_modules/@cyclonedx/cyclonedx-library/res/schema';
const schema = (name: string): object => JSON.parse(readFileSync(`${schemas}/${name}`, 'utf8')) as object;

test('a bill of materials is what the schema of CycloneDX 1.6 takes', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}`);
  const isValid = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
  expect([isValid(JSON.parse(sbomOf(files))), isValid.errors]).toEqual([true, null]);
});

test('it names each package that a file is of, and what is installed with the package, with its pinned tarball', () => {
  const { components, metadata, dependencies } = sbom.parse(JSON.parse(sbomOf(files)));
  const version = (folder: 'yaml' | '@kubernetes/client-node' | 'zod'): string =>
    lock.packages[`node_modules/${folder}`].version;
  const named = components.map(({ purl }) => purl);
  expect(named.toSorted()).toEqual([
    `pkg:npm/%40kubernetes/client-node@${version('@kubernetes/client-node')}`,
    `pkg:npm/fast-json-patch@${lock.packages['node_modules/cdk8s/node_modules/fast-json-patch'].version}`,
    `pkg:npm/yaml@${version('yaml')}`,
    `pkg:npm/zod@${version('zod')}`,
  ]);
  const whole = dependencies.find(({ ref }) => ref === metadata.component.purl);
  expect(whole?.dependsOn?.toSorted()).toEqual(named.toSorted());
  const [hash] = components.find(({ purl }) => purl.startsWith('pkg:npm/yaml@'))?.hashes ?? [];
  const pinned = lock.packages['node_modules/yaml'].integrity.replace('sha512-', '');
  expect(hash).toEqual({ alg: 'SHA-512', content: Buffer.from(pinned, 'base64').toString('hex') });
});

test('the same files give the same bytes', () => {
  expect(sbomOf(files.toReversed())).toBe(sbomOf(files));
});

test('a package that the lock file does not pin is refused', () => {
  expect(() => sbomOf(['node_modules/.cache/x.js'])).toThrow();
});
