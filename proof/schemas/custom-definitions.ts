import { valueAt, type Doc, type Path, type Place } from '../source.ts';

/** A kind that a CustomResourceDefinition among the manifests brings. */
export interface Definition {
  readonly doc: Doc;
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly DefinedVersion[];
}

export interface DefinedVersion {
  readonly name: string;
  readonly served: boolean;
  readonly deprecated: boolean;
  /** Where its schema is written; absent: it has none. */
  readonly schema?: Place;
}

/** The schema of a part of an object, as an API server wants it: every field has a type. */
export interface StructuralSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly items?: StructuralSchema;
  readonly additionalProperties?: boolean | StructuralSchema;
  readonly [keyword: string]: unknown;
}

const definitionVersion = 'apiextensions.k8s.io/v1';

/** Every CustomResourceDefinition of the version that Kubernetes serves. */
export const definitionsIn = (docs: readonly Doc[]): Definition[] =>
  docs.flatMap((doc): Definition[] => {
    const at = (...path: Path): unknown => valueAt(doc.value, path);
    if (at('apiVersion') !== definitionVersion || at('kind') !== 'CustomResourceDefinition') return [];
    const [group, kind, versions] = [
      at('spec', 'group'),
      at('spec', 'names', 'kind'),
      at('spec', 'versions'),
    ];
    if (typeof group !== 'string' || typeof kind !== 'string' || !Array.isArray(versions)) return [];
    return [{ doc, group, kind, versions: versions.flatMap((one, index) => versionOf(doc, one, index)) }];
  });

function versionOf(doc: Doc, version: unknown, index: number): DefinedVersion[] {
  const name = valueAt(version, ['name']);
  if (typeof name !== 'string') return [];
  const path = ['spec', 'versions', index, 'schema', 'openAPIV3Schema'];
  const hasSchema = isSchema(valueAt(doc.value, path));
  return [
    {
      name,
      served: valueAt(version, ['served']) !== false,
      deprecated: valueAt(version, ['deprecated']) === true,
      ...(hasSchema ? { schema: { doc, path } } : {}),
    },
  ];
}

export const isSchema = (value: unknown): value is StructuralSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of what stands at a path, and where it is written. */
export function partOf(
  schema: StructuralSchema,
  path: Path,
): { schema: StructuralSchema; path: Path } | undefined {
  let [here, written]: [StructuralSchema, Path] = [schema, []];
  for (const step of path) {
    const inside = stepInto(here, step);
    const next = inside && valueAt(here, inside);
    if (!inside || !isSchema(next)) return undefined;
    [here, written] = [next, [...written, ...inside]];
  }
  return { schema: here, path: written };
}

function stepInto(
  { properties, items, additionalProperties }: StructuralSchema,
  step: string | number,
): Path | undefined {
  if (typeof step === 'number') return isSchema(items) ? ['items'] : undefined;
  if (isSchema(properties) && Object.hasOwn(properties, step)) return ['properties', step];
  return isSchema(additionalProperties) ? ['additionalProperties'] : undefined;
}
