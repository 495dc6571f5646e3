import { groupOf } from '../../kube/objects.ts';
import { roleLabel } from '../../model/names.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import type { Outsider } from '../../model/stack.ts';
import type { OperatorEnv } from '../env.ts';

/** The name of the operator's objects and of its Lease, and the field manager of every apply of it. */
export const operatorName = 'mooring-operator';

/** The definition of a kind: `<plural>.<group>`, which Kubernetes demands. */
export const crdName = ({ plural, apiVersion }: Pick<StackKind, 'plural' | 'apiVersion'>): string =>
  `${plural}.${groupOf(apiVersion)}`;

/** The container of its pods. */
export const operatorContainer = 'operator';

/** Set only where the operator looks at one namespace. */
export const onlyNamespaceVariable = 'WATCH_NAMESPACE' satisfies keyof OperatorEnv;

/** What policies of stacks call it. */
const role: Outsider = 'operator';

/** On the operator's Namespace: the policies of stacks in other namespaces let it in. */
export const operatorNamespaceLabels = { [roleLabel]: role } as const;

/** On its pods, which they select; immutable in the cluster. */
export const operatorPodLabels = { 'app.kubernetes.io/name': operatorName, [roleLabel]: role } as const;
