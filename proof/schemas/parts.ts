import { isFields, type Fields } from '../../model/fields.ts';
import type { Fault } from '../findings.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import { valueAt, type Doc } from '../source.ts';
import type { KubernetesTypes, ObjectType, TypeWord } from './kubernetes-types.ts';

/** Parts of objects, as patches and the expectations of tests are: what the rest is, is not among the manifests. */

/** One of these is in every Service; its schema asks for none. */
const ofService = ['ports', 'selector', 'externalName', 'clusterIP'];

/** What an object lacks that is a part of one: all that its kind cannot do without. `undefined` of a whole object. */
function lackedBy(doc: Doc, types: KubernetesTypes): readonly string[] | undefined {
  const { spec, type, word } = specOf(doc, types) ?? {};
  if (!spec || !type) return undefined;
  const needed = word === 'core.v1.Service' ? ofService : type.required;
  const lacked = needed.filter((field) => spec[field] === undefined);
  if (lacked.length > 1 && lacked.length === needed.length) return lacked;
  const isRunnable = !type.fields.has('template') || hasImages(spec['template']);
  return lacked.includes('selector') && !isRunnable ? [...lacked, 'an image'] : undefined;
}

/** What is written of an object under `spec`, and of which type that is; `undefined` where no part may be meant. */
function specOf(
  { value }: Doc,
  types: KubernetesTypes,
): { readonly spec: Fields; readonly type: ObjectType; readonly word: TypeWord } | undefined {
  const { apiVersion, kind, metadata, spec = {} } = value as Fields;
  const word = types.typeOfKind(String(apiVersion), String(kind)) ?? '';
  const object = types.type(word);
  const type = types.type(object?.fields.get('spec') ?? '');
  if (!type || !isFields(spec) || isOurs(metadata)) return undefined;
  // A field that is misspelt, or stands elsewhere, may be what is missed.
  return hasOnly(value, object) && hasOnly(spec, type) ? { spec, type, word } : undefined;
}

const hasOnly = (value: object, type: ObjectType | undefined): boolean =>
  Object.keys(value).every((key) => type?.fields.has(key));

const isOurs = (metadata: unknown): boolean => {
  const labels = valueAt(metadata, ['labels']);
  return isFields(labels) && isManagedByMooring({ labels: labels as Readonly<Record<string, string>> });
};

function hasImages(template: unknown): boolean {
  const containers = valueAt(template, ['spec', 'containers']);
  return (
    Array.isArray(containers) && containers.every((one: unknown) => valueAt(one, ['image']) !== undefined)
  );
}

/** That an object is only a part of one; nothing of a whole one. */
export function partFaults(doc: Doc, types: KubernetesTypes): Fault[] {
  const lacked = lackedBy(doc, types);
  if (!lacked) return [];
  const [kind, name] = [valueAt(doc.value, ['kind']), valueAt(doc.value, ['metadata', 'name'])];
  return [
    {
      code: 'INVALID_FIELD',
      severity: 'unknown',
      message: `${[kind, name].filter((word) => typeof word === 'string').join(' ')} has neither ${lacked.join(' nor ')}: it is probably a patch, and what it changes is not here.`,
      here: { doc, path: [] },
      fix: 'Verify what kubectl kustomize renders; or write what is missing, if this is the whole object.',
    },
  ];
}
