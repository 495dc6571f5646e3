import { readinessGatesOf } from '../model/gates.ts';
import { reservedFieldsOf } from '../model/reserved-fields.ts';
import type { StackDocument } from '../model/stack-kind.ts';
import type { OwnerReference, RenderOptions } from './options.ts';

/** A custom resource as the API server has it. */
interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid?: string };
}

/** The reference to a custom resource from what it owns. Not blocking: nothing waits when the resource is deleted. */
export const referenceTo = ({
  apiVersion,
  kind,
  metadata: { name, uid = '' },
}: Resource): OwnerReference => ({
  ...{ apiVersion, kind, name, uid },
  controller: true,
  blockOwnerDeletion: false,
});

/** What a stack is rendered with where a custom resource owns it. The namespace is there: the resource is in it. */
export const ownedBy = (resource: Resource, document: Pick<StackDocument, 'spec'>): RenderOptions => ({
  namespace: false,
  ownerReferences: [referenceTo(resource)],
  readinessGates: readinessGatesOf,
  keepsLastLines: true,
  explicitPartition: true,
  deletionPolicy: reservedFieldsOf(document).deletionPolicy,
});
