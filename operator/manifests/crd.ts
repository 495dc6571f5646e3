import { z } from 'zod';
import { groupOf } from '../../kube/objects.ts';
import { kubernetesWord, gateNames } from '../../model/gates.ts';
import type { PrinterColumn, StackDocument, StackKind } from '../../model/stack-kind.ts';
import { crdName } from './names.ts';
import { statusSchema } from './status-schema.ts';
import { structural, type Schema } from './structural.ts';

/** A CustomResourceDefinition with one version. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, string | readonly string[]>>;
    readonly scope: 'Namespaced';
    readonly versions: readonly Version[];
  };
}

interface Version {
  readonly name: string;
  readonly served: true;
  readonly storage: true;
  readonly additionalPrinterColumns: readonly PrinterColumn[];
  readonly schema: { readonly openAPIV3Schema: Schema };
  readonly subresources: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * The CustomResourceDefinition of a kind, derived from the schema of its document: the API server accepts what the
 * CLI accepts, and refuses what it refuses.
 * @throws RangeError when the schema holds what a structural schema cannot say; `defineKind` refuses it before.
 */
export function crdOf<D extends StackDocument>(kind: StackKind<D>): CustomResourceDefinition {
  const { plural, shortNames, kind: name, scale } = kind;
  const group = groupOf(kind.apiVersion);
  const version = kind.apiVersion.slice(group.length + 1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crdName(kind) },
    spec: {
      group,
      names: {
        kind: name,
        listKind: `${name}List`,
        plural,
        singular: name.toLowerCase(),
        shortNames: [...shortNames],
        categories: ['mooring'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: columnsOf(kind),
          schema: { openAPIV3Schema: documentSchema(kind) },
          subresources: {
            status: {},
            ...(scale ? { scale: scaleOf(scale) } : {}),
          },
        },
      ],
    },
  };
}

const scaleOf = ({ replicasPath }: { readonly replicasPath: string }): Record<string, string> => ({
  specReplicasPath: `.${replicasPath}`,
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
});

function documentSchema<D extends StackDocument>({ schema, kind }: StackKind<D>): Schema {
  const { properties = {} } = structural(
    z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', cycles: 'throw', reused: 'inline' }),
  );
  const { metadata, spec = {} } = properties;
  return {
    type: 'object',
    description: `A stack of the kind ${kind}.`,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', properties: { name: withoutDefault(metadata?.properties?.name) } },
      spec,
      status: statusSchema,
    },
  };
}

/** The API server has each object's name from its author, and allows no more than bounds here. */
function withoutDefault(name: Schema = { type: 'string' }): Schema {
  return Object.fromEntries(
    Object.entries(name).filter(([key]) => key !== 'default' && key !== 'description'),
  );
}

/** Ready first, as `kubectl get` of workloads has it; Age last. */
function columnsOf<D extends StackDocument>(kind: StackKind<D>): PrinterColumn[] {
  const conditionColumn = (name: string, type: string, description: string): PrinterColumn => ({
    name,
    type: 'string',
    jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
    description,
  });
  return [
    conditionColumn('Ready', 'Ready', 'whether the stack works'),
    {
      name: 'Status',
      type: 'string',
      jsonPath: '.status.summary',
      description: 'why it works or not; Paused, Contested and the like beside it',
    },
    ...gateNames(kind).map((gate) =>
      conditionColumn(
        kubernetesWord(gate),
        `${kubernetesWord(gate)}Ready`,
        `whether every pod reaches ${gate}`,
      ),
    ),
    ...kind.columns,
    { name: 'Revision', type: 'integer', jsonPath: '.status.revision', description: 'of the document' },
    {
      name: 'Age',
      type: 'date',
      jsonPath: '.metadata.creationTimestamp',
      description: 'since it was created',
    },
  ];
}
