import { renderStack } from '../../charts-ts/render.ts';
import type { OwnerReference, RenderOptions } from '../../charts-ts/options.ts';
import { secretMakerOf } from '../../charts-ts/secrets.ts';
import type { SecretMaker } from '../../deploy/secret.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readinessGatesOf } from '../../model/gates.ts';
import { readAnyDocument } from '../../model/kinds.ts';
import { reservedFieldsOf, type ReservedFields } from '../../model/reserved-fields.ts';
import type { Stack } from '../../model/stack.ts';
import type { StackDocument, StackKind } from '../../model/stack-kind.ts';
import type { StackResource } from './resource.ts';

/** What a custom resource asks for. */
export interface Desired {
  readonly stack: Stack;
  readonly reserved: ReservedFields;
  /** Every object but the Secret, in the order in which they are applied. */
  readonly objects: readonly KubeObject[];
  readonly secret: SecretMaker;
  /** The owner of every object, and of the Secret where the policy says so. */
  readonly owner: OwnerReference;
}

/**
 * What a custom resource asks for: the same objects as `mooring apply` of its document, with owner references and
 * readiness gates. The namespace is there: the resource is in it.
 * @throws StackError where the document is refused.
 */
export function desiredOf(
  kind: StackKind,
  resource: StackResource,
  options: Pick<RenderOptions, 'operatorPods'> = {},
): Desired {
  const document = documentOf(kind, resource);
  const reserved = reservedFieldsOf(document);
  const owner = ownerOf(resource);
  const stack = kind.stack(document);
  return {
    stack,
    reserved,
    objects: renderStack(stack, {
      ...options,
      namespace: false,
      ownerReferences: [owner],
      readinessGates: readinessGatesOf,
      deletionPolicy: reserved.deletionPolicy,
      keepsLastLines: true,
      explicitPartition: true,
    }),
    secret: secretMakerOf(stack),
    owner,
  };
}

/** Labels and annotations of the resource are its author's: kubectl writes some, and no document may have those. */
function documentOf(
  kind: StackKind,
  { apiVersion, metadata, spec = {}, ...resource }: StackResource,
): StackDocument {
  const { name, namespace } = metadata;
  const raw = { apiVersion, kind: resource.kind, metadata: { name, namespace }, spec };
  return readAnyDocument([kind], raw, `${resource.kind} ${namespace}/${name}`).document;
}

/** Not blocking: nothing waits for the stack's objects when the resource is deleted. */
const ownerOf = ({ apiVersion, kind, metadata: { name, uid } }: StackResource): OwnerReference => ({
  ...{ apiVersion, kind, name, uid },
  controller: true,
  blockOwnerDeletion: false,
});
