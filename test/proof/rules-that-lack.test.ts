import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { readDocument } from '../../model/read-document.ts';
import { readDocuments } from '../../proof/source.ts';
import { shopKind } from '../kinds/shop-kind.ts';
import { presets, presetYaml, yamlOf } from './manifests.ts';
import { verifyChat } from './known.ts';

/** In policies of a stack, of any kind, a rule that lacks its peers or its ports is an error. */

interface Rule {
  from?: unknown;
  to?: unknown;
  ports?: unknown;
}
interface Policy {
  kind: string;
  metadata: { name: string };
  spec: { ingress?: Rule[]; egress?: Rule[] };
}

const shop = yamlOf(shopKind.stack(readDocument(shopKind.schema, {}, 'the defaults')));
const stacks: [string, string][] = [
  ...presets.map((preset): [string, string] => [preset, presetYaml(preset)]),
  ['shop', shop],
];

/** Each rule of each policy without one of its fields, by what was taken. */
function lacking(text: string): [string, string][] {
  const objects = parseAllDocuments(text, { version: '1.1' }).map((one) => one.toJS() as Policy);
  return objects.flatMap((object, index) =>
    object.kind !== 'NetworkPolicy'
      ? []
      : (['ingress', 'egress'] as const).flatMap((direction) =>
          (object.spec[direction] ?? []).flatMap((rule, at) =>
            (['from', 'to', 'ports'] as const)
              .filter((field) => rule[field] !== undefined)
              .map((field): [string, string] => {
                const copy = structuredClone(object);
                Reflect.deleteProperty(copy.spec[direction]?.[at] ?? {}, field);
                const all = objects.with(index, copy);
                return [
                  `${object.metadata.name} without ${field}`,
                  all.map((one) => stringify(one, { version: '1.1' })).join('---\n'),
                ];
              }),
          ),
        ),
  );
}

describe.each(stacks)('of %s', (_, text) => {
  const all = lacking(text);
  test('there are such rules', () => {
    expect(all.length).toBeGreaterThan(4);
  });
  test.each(all)('%s', (__, mutant) => {
    const errors = verifyChat(readDocuments('a.yaml', mutant)).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code }) => code)).toContain('PORT_OPEN');
  });
});
