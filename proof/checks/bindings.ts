import { distance } from 'fastest-levenshtein';
import { field, setting, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn, type AnyObject, type ObjectOf } from '../graph/objects.ts';
import { listed } from '../listed.ts';
import { valueAt, type Doc } from '../source.ts';
import { called, type Check } from './subject.ts';

type Binding = ObjectOf<'RoleBinding' | 'ClusterRoleBinding'>;

/** A binding must give a role that is there to an account that is there: else it gives nothing, and nothing says so. */
export const bindings: Check = ({ graph }) =>
  [...graph.ofKind('RoleBinding'), ...graph.ofKind('ClusterRoleBinding')].flatMap((binding) => [
    ...missingRole(graph, binding),
    ...missingAccounts(graph, binding),
  ]);

/** What was probably meant instead of an object that is not there. */
interface Meant {
  readonly object: AnyObject;
  readonly isCertain: boolean;
  readonly fix: string;
  readonly mended: Mended;
}

/** Roles that every cluster has; those of its own parts have a colon in their names. */
const builtIn = {
  ClusterRole: /^(cluster-admin|admin|edit|view|.*:.*)$/,
  Role: /^(extension-apiserver-authentication-reader|.*:.*)$/,
};

function missingRole(graph: Graph, binding: Binding): Fault[] {
  const { kind, name } = binding.content.roleRef;
  if ((kind !== 'Role' && kind !== 'ClusterRole') || builtIn[kind].test(name)) return [];
  const isNamespaced = kind === 'Role';
  const others: readonly AnyObject[] = isNamespaced
    ? graph.ofKindIn('Role', binding.namespace)
    : graph.ofKind('ClusterRole');
  if (others.some((role) => role.name === name)) return [];
  const meant = meantRole(graph, binding, others);
  // A ClusterRole is everybody's, so one that is not there probably comes with other manifests.
  const isCertain = meant?.isCertain ?? (isNamespaced && others.length > 0);
  return [
    {
      code: 'OBJECT_MISSING',
      ...(isCertain ? {} : { severity: 'unknown' }),
      message: `${called(binding)} gives ${kind} ${name}, which is not ${isNamespaced ? `in namespace ${binding.namespace}` : 'there'}: it gives no right.`,
      here: placeIn(binding, 'roleRef', 'name'),
      ...told(meant, `Add the ${kind}, or name one that is there: ${namesIn(others)}.`),
    },
  ];
}

function meantRole(graph: Graph, binding: Binding, others: readonly AnyObject[]): Meant | undefined {
  const { kind, name } = binding.content.roleRef;
  const elsewhere = graph.ofKindCalled('Role', name)[0];
  if (elsewhere)
    return {
      object: elsewhere,
      isCertain: isPlaced(binding),
      fix: `${called(elsewhere)} is in namespace ${elsewhere.namespace}: a RoleBinding there can give it.`,
      mended: {},
    };
  const twin = kind === 'Role' ? graph.find('ClusterRole', '', name) : undefined;
  return twin
    ? {
        object: twin,
        isCertain: true,
        fix: 'Write kind: ClusterRole.',
        mended: setting(placeIn(binding, 'roleRef', 'kind'), 'ClusterRole'),
      }
    : slipOf(name, others, (right) => setting(placeIn(binding, 'roleRef', 'name'), right));
}

/** A binding may list accounts of parts that are not installed, as long as it gives its role to one that is. */
function missingAccounts(graph: Graph, binding: Binding): Fault[] {
  const { subjects } = binding.content;
  const accounts = subjects.flatMap(({ kind, name, namespace }, index) => {
    const inside = namespace ?? binding.namespace;
    return kind === 'ServiceAccount' && name !== '' && inside !== ''
      ? [{ binding, name, namespace: inside, index }]
      : [];
  });
  const isThere = ({ name, namespace }: Account): boolean =>
    name === 'default' || graph.find('ServiceAccount', namespace, name) !== undefined;
  const isUsed = subjects.length > accounts.length || accounts.some(isThere);
  return accounts
    .filter((account) => !isThere(account))
    .map((account) => missingAccount(graph, account, isUsed));
}

interface Account {
  readonly binding: Binding;
  readonly name: string;
  readonly namespace: string;
  /** In the list of subjects. */
  readonly index: number;
}

function missingAccount(graph: Graph, account: Account, isUsed: boolean): Fault {
  const { binding, name, namespace, index } = account;
  const elsewhere = graph.ofKindCalled('ServiceAccount', name).find(isPlaced);
  const beside = graph.ofKindIn('ServiceAccount', namespace);
  const subject = placeIn(binding, 'subjects', index);
  const at = (step: string) => placeIn(binding, 'subjects', index, step);
  const meant: Meant | undefined = elsewhere
    ? {
        object: elsewhere,
        isCertain: true,
        fix: `Write namespace: ${elsewhere.namespace}.`,
        mended: field(subject, 'namespace', elsewhere.namespace),
      }
    : slipOf(name, beside, (right) => setting(at('name'), right));
  const isWritten = valueAt(binding.doc.value, at('namespace').path) !== undefined;
  return {
    code: 'OBJECT_MISSING',
    ...(meant && !isUsed && !graph.customs.mayMakeCalled(namespace, name) ? {} : { severity: 'unknown' }),
    message: `${called(binding)} gives its role to ServiceAccount ${name}, which is not in namespace ${namespace}${elsewhere ? `, but in ${elsewhere.namespace}` : ''}.`,
    here: at(elsewhere && isWritten ? 'namespace' : 'name'),
    ...told(meant, `Name an account that is there: ${namesIn(beside)}.`),
  };
}

const told = (meant: Meant | undefined, otherwise: string): Pick<Fault, 'there' | 'fix' | 'changes'> =>
  meant
    ? { there: placeIn(meant.object, 'metadata', 'name'), fix: meant.fix, ...meant.mended }
    : { fix: otherwise };

/** Among more of them none is looked for. */
const mostCompared = 1000;

/** The only one whose name is a letter or two away: what belongs to other parts is often called almost alike. */
function slipOf(
  name: string,
  objects: readonly AnyObject[],
  mend: (right: string) => Mended,
): Meant | undefined {
  if (objects.length > mostCompared) return undefined;
  const [object, ...others] = objects.filter((one) => distance(one.name, name) <= 2);
  return object && others.length === 0
    ? { object, isCertain: true, fix: `Write ${object.name}.`, mended: mend(object.name) }
    : undefined;
}

const namesIn = (objects: readonly AnyObject[]): string =>
  listed(objects, ({ name }) => name) || 'there is none';

/** Where it is not written, an object is in whichever namespace it is applied to. */
const isPlaced = ({ doc }: { readonly doc: Doc }): boolean =>
  valueAt(doc.value, ['metadata', 'namespace']) !== undefined;
