import type { ErrorObject } from 'ajv';
import { renaming, setting } from '../changes.ts';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import { isSecretName } from '../../model/secret-names.ts';
import type { Fault } from '../findings.ts';
import { valueAt, type Doc, type Path, type Place } from '../source.ts';
import {
  isSchema,
  partOf,
  type DefinedVersion,
  type Definition,
  type StructuralSchema,
} from './custom-definitions.ts';
import { pathOf } from './faults.ts';
import { groupOf } from './kubernetes-types.ts';
import { typeWords } from './type-words.ts';
import type { Validator } from './validator.ts';

/** What an API server would refuse of an object whose kind a CustomResourceDefinition among the manifests brings. */
export function customFaults(doc: Doc, definitions: readonly Definition[], validator: Validator): Fault[] {
  const { apiVersion, kind } = doc.value as Readonly<Record<string, unknown>>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  const ofGroup = definitions.filter(({ group }) => group === groupOf(apiVersion));
  const definition = ofGroup.find((one) => one.kind === kind);
  if (!definition) return slipOfKind(doc, kind, ofGroup);
  const named = definition.versions.find(({ name }) => `${definition.group}/${name}` === apiVersion);
  if (!named?.served) return [notServed(doc, definition)];
  return [
    ...(named.deprecated ? [deprecated(doc, definition)] : []),
    ...(named.schema ? fieldFaults(doc, named.schema, validator) : []),
  ];
}

/** Other kinds of the group may be defined elsewhere. */
function slipOfKind(doc: Doc, kind: string, definitions: readonly Definition[]): Fault[] {
  const near = nearest(
    kind,
    definitions.map((one) => one.kind),
  );
  const definition = definitions.find((one) => one.kind === near);
  if (near === undefined || !definition) return [];
  return [
    {
      code: 'UNKNOWN_KIND',
      severity: 'warning',
      message: `No CustomResourceDefinition here defines ${kind}; one of its group defines ${near}.`,
      here: { doc, path: ['kind'] },
      there: { doc: definition.doc, path: ['spec', 'names', 'kind'] },
      fix: `Write kind: ${near}.`,
      ...setting({ doc, path: ['kind'] }, near),
    },
  ];
}

const served = ({ group, versions }: Definition): string =>
  versions
    .filter((one: DefinedVersion) => one.served)
    .map(({ name }) => `${group}/${name}`)
    .join(', ');

const versionFault = (doc: Doc, { doc: definition }: Definition): Pick<Fault, 'here' | 'there'> => ({
  here: { doc, path: ['apiVersion'] },
  there: { doc: definition, path: ['spec', 'versions'] },
});

const notServed = (doc: Doc, definition: Definition): Fault => ({
  code: 'UNKNOWN_KIND',
  message: `${definition.kind} is not served as ${String(valueAt(doc.value, ['apiVersion']))}: its CustomResourceDefinition serves ${served(definition) || 'no version'}.`,
  ...versionFault(doc, definition),
  fix: `Write apiVersion: ${served(definition).split(', ').at(-1) ?? ''}, and read what changed in it.`,
});

const deprecated = (doc: Doc, definition: Definition): Fault => ({
  code: 'API_DEPRECATED',
  message: `${definition.kind} of ${String(valueAt(doc.value, ['apiVersion']))} is deprecated by its CustomResourceDefinition, which serves ${served(definition)}.`,
  ...versionFault(doc, definition),
  fix: 'Write another version, and read what changed in it.',
});

function fieldFaults(doc: Doc, schema: Place, validator: Validator): Fault[] {
  const structural = valueAt(schema.doc.value, schema.path);
  if (!isSchema(structural)) return [];
  return validator
    .errorsOfCustom(structural, doc.value)
    .filter(({ schemaPath }) => !/\/(anyOf|oneOf|not)\/./.test(schemaPath))
    .map((error) => faultOf({ doc, schema, structural }, error));
}

interface Judged {
  readonly doc: Doc;
  readonly schema: Place;
  readonly structural: StructuralSchema;
}

function faultOf(judged: Judged, { instancePath, params, keyword }: ErrorObject): Fault {
  const { doc } = judged;
  const path = pathOf(doc.value, instancePath);
  const facts = params as { additionalProperty?: string; missingProperty?: string };
  if (facts.additionalProperty !== undefined) return unknownField(judged, path, facts.additionalProperty);
  if (facts.missingProperty !== undefined)
    return {
      code: 'INVALID_FIELD',
      message: `${shown([...path, facts.missingProperty])} is missing; its CustomResourceDefinition requires it.`,
      here: { doc, path },
      there: writtenAt(judged, path),
      fix: `Write ${facts.missingProperty}.`,
    };
  const expected = expectedBy(partOf(judged.structural, path)?.schema ?? {}, keyword);
  return {
    code: 'INVALID_FIELD',
    message: `${shown(path)} is ${valueText(doc, path)}; its CustomResourceDefinition expects ${expected}.`,
    here: { doc, path },
    there: writtenAt(judged, path),
    fix: `Write ${expected}.`,
  };
}

const shown = (path: Path): string => path.join('.') || 'the object';

function valueText(doc: Doc, path: Path): string {
  const secret = path.some((step) => isSecretName(String(step)));
  return secret ? notShown : JSON.stringify(valueAt(doc.value, path)).slice(0, 80);
}

/** Where the schema of a part is written. */
const writtenAt = ({ schema, structural }: Judged, path: Path): Place => ({
  doc: schema.doc,
  path: [...schema.path, ...(partOf(structural, path)?.path ?? [])],
});

function unknownField(judged: Judged, at: Path, field: string): Fault {
  const { doc, structural } = judged;
  const known = Object.keys(partOf(structural, at)?.schema.properties ?? {});
  const free = known.filter((name) => valueAt(doc.value, [...at, name]) === undefined);
  const near = nearest(field, free);
  const only = onlyNearest(field, free);
  return {
    code: 'FIELD_UNKNOWN',
    message: `${shown([...at, field])} is no field of its CustomResourceDefinition${known.length > 0 ? `, which has ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' …' : ''} there` : ''}. kubectl refuses it, and an API server that does not drops it.`,
    here: { doc, path: [...at, field] },
    there: writtenAt(judged, at),
    fix: near === undefined ? 'Take it away.' : `Write ${near}.`,
    ...(only === undefined ? {} : renaming({ doc, path: [...at, field] }, only)),
  };
}

/** What a schema asks for, by the keyword that is violated. */
function expectedBy(schema: StructuralSchema, keyword: string): string {
  if (keyword === 'type')
    return schema['x-kubernetes-int-or-string'] === true
      ? typeWords['integer|string']
      : (types[String(schema.type)] ?? 'another type');
  if (keyword === 'enum' && Array.isArray(schema['enum'])) return `one of ${schema['enum'].join(', ')}`;
  if (keyword in bounds) return `${bounds[keyword] ?? ''} ${String(schema[bare(keyword)])}`;
  return 'another form';
}

const bare = (keyword: string): string => keyword.replace(/^exclusiveM/, 'm');

const types: Readonly<Record<string, string>> = typeWords;

const bounds: Readonly<Record<string, string>> = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
  minLength: 'a length of at least',
  maxLength: 'a length of at most',
  minItems: 'a number of items of at least',
  maxItems: 'a number of items of at most',
  pattern: 'a text like',
  multipleOf: 'a multiple of',
};
