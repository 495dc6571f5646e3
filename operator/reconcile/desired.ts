import type { OwnerReference, RenderOptions } from '../../charts-ts/options.ts';
import { ownedBy, referenceTo } from '../../charts-ts/owned.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { secretMakerOf } from '../../charts-ts/secrets.ts';
import type { SecretMaker } from '../../deploy/secret.ts';
import type { KubeObject } from '../../kube/objects.ts';
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
  const stack = kind.stack(document);
  return {
    stack,
    reserved,
    objects: renderStack(stack, { ...options, ...ownedBy(resource, document) }),
    secret: secretMakerOf(stack),
    owner: referenceTo(resource),
  };
}

/**
 * The stack that a custom resource describes, of which nothing is rendered.
 * @throws StackError where the document is refused.
 */
export const stackOfResource = (kind: StackKind, resource: StackResource): Stack =>
  kind.stack(documentOf(kind, resource));

function documentOf(kind: StackKind, resource: StackResource): StackDocument {
  const { namespace, name } = resource.metadata;
  return readAnyDocument([kind], resource, `${resource.kind} ${namespace}/${name}`).document;
}
