import { field } from '../../changes.ts';
import {
  isSet,
  listAt,
  partsAt,
  quoted,
  refuseIf,
  textAt,
  type Part,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** What the API server says of roles and their bindings. */

const ownGroup = 'rbac.authorization.k8s.io';

/** The role that a binding gives. */
export const boundRole =
  (...kinds: readonly string[]): Rule =>
  (binding) => {
    const [kind, group] = [textAt(binding, 'roleRef', 'kind'), textAt(binding, 'roleRef', 'apiGroup')];
    return [
      ...refuseIf(kind !== undefined && !kinds.includes(kind), () => ({
        at: ['roleRef', 'kind'],
        what: `is ${quoted(kind)}; a ${String(binding['kind'])} gives a ${kinds.join(' or a ')}`,
        fix: `Write ${kinds.join(' or ')}.`,
      })),
      ...refuseIf(group !== undefined && group !== ownGroup, () => ({
        at: ['roleRef', 'apiGroup'],
        what: `is ${quoted(group)}; expected ${ownGroup}`,
        fix: `Write ${ownGroup}.`,
      })),
    ];
  };

/** The accounts, users and groups that are given it. */
export const subjects: Rule = (binding) =>
  partsAt(binding, 'subjects').flatMap((subject, index) => {
    const at = ['subjects', index];
    const kind = textAt(subject, 'kind') ?? '';
    if (kind === 'ServiceAccount') return account(subject, at, binding['kind'] === 'ClusterRoleBinding');
    const group = textAt(subject, 'apiGroup');
    if (kind === 'User' || kind === 'Group')
      return refuseIf(group !== undefined && group !== ownGroup, () => ({
        at: [...at, 'apiGroup'],
        what: `is ${quoted(group)}; of a ${kind} it must be ${ownGroup}`,
        fix: `Write ${ownGroup}.`,
      }));
    return refuseIf(kind !== '', () => ({
      at: [...at, 'kind'],
      what: `is ${quoted(kind)}; expected ServiceAccount, User or Group`,
      fix: 'Write ServiceAccount, User or Group.',
    }));
  });

const account = (subject: Part, at: Refusal['at'], isForCluster: boolean): readonly Refusal[] => [
  ...refuseIf(isForCluster && textAt(subject, 'namespace') === undefined, () => ({
    at: [...at, 'namespace'],
    what: 'is missing; a ClusterRoleBinding must say in which namespace the account is',
    fix: 'Write the namespace of the ServiceAccount.',
  })),
  ...refuseIf(textAt(subject, 'apiGroup') !== undefined, () => ({
    at: [...at, 'apiGroup'],
    what: `is ${quoted(subject['apiGroup'])}; a ServiceAccount has none`,
    fix: 'Remove apiGroup.',
    mend: (place) => field({ ...place, path: place.path.slice(0, -1) }, 'apiGroup', ''),
  })),
];

/** What a role allows. */
export const policyRules: Rule = (role) =>
  partsAt(role, 'rules').flatMap((rule, index) => {
    const at = ['rules', index];
    const has = (name: string): boolean => listAt(rule, name).length > 0;
    const missing = (name: string, what: string): readonly Refusal[] =>
      refuseIf(!has(name), () => ({
        at: [...at, name],
        what: `is ${isSet(rule, name) ? 'empty' : 'nothing'}; ${what}`,
        fix: `Write ${name}.`,
      }));
    const verbs = missing('verbs', 'a rule allows at least one verb');
    if (!has('nonResourceURLs'))
      return [
        ...verbs,
        ...missing('apiGroups', 'a rule for resources names their groups, "" for those of v1'),
        ...missing('resources', 'a rule names the resources it is for'),
      ];
    const isMixed = ['apiGroups', 'resources', 'resourceNames'].some(has);
    return [
      ...verbs,
      ...refuseIf(role['kind'] === 'Role' || isMixed, () => ({
        at: [...at, 'nonResourceURLs'],
        what:
          role['kind'] === 'Role'
            ? 'is allowed only in a ClusterRole'
            : 'stands beside resources; a rule is for one of the two',
        fix: role['kind'] === 'Role' ? 'Remove it, or make the role a ClusterRole.' : 'Write two rules.',
      })),
    ];
  });
