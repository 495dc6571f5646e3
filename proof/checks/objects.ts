import { onlyNearest } from '../../model/nearest.ts';
import { setting } from '../changes.ts';
import { clusterKinds } from '../graph/kinds.ts';
import { placeIn } from '../graph/objects.ts';
import { type Check, called } from './subject.ts';

/** Objects of the same kind, namespace and name: the one applied last replaces the other. */
export const duplicateObjects: Check = ({ graph }) => {
  const seen = new Map<string, (typeof graph.objects)[number]>();
  return graph.objects.flatMap((object) => {
    const id = [object.kind, object.namespace, object.name].join(' ');
    const first = seen.get(id);
    seen.set(id, first ?? object);
    return first && object.name !== ''
      ? [
          {
            code: 'DUPLICATE_OBJECT' as const,
            message: `There are two of ${called(object)} in namespace ${object.namespace || '(none)'}; the one applied last wins.`,
            here: placeIn(object, 'metadata', 'name'),
            there: placeIn(first, 'metadata', 'name'),
            fix: 'Rename one, or remove it.',
          },
        ]
      : [];
  });
};

/** A Namespace that no object is in, while some object is in a namespace that is not rendered. */
export const unusedNamespace: Check = ({ graph }) => {
  const spaces = graph.ofKind('Namespace');
  const inside = graph.objects.filter(({ kind }) => !clusterKinds.includes(kind));
  const known = new Set(spaces.map(({ name }) => name));
  const strays = inside.find(({ namespace }) => !known.has(namespace));
  if (!strays) return [];
  return spaces
    .filter(({ name }) => !graph.isNamed(name) && !inside.some(({ namespace }) => namespace === name))
    .map((space) => ({
      code: 'NAMESPACE_UNUSED' as const,
      message: `Namespace ${space.name} is made, but no object is in it; ${called(strays)} is in ${strays.namespace}.`,
      here: placeIn(space, 'metadata', 'name'),
      there: placeIn(strays, 'metadata', 'namespace'),
      fix: `Call both the same: ${space.name} or ${strays.namespace}.`,
    }));
};

const securityLabel = /^pod-security\.kubernetes\.io\/(enforce|audit|warn)(-version)?$/;
const levels = ['privileged', 'baseline', 'restricted'];

/** Kubernetes does not validate the labels of Pod Security: a typo switches it off. */
export const podSecurityLabels: Check = ({ graph }) =>
  graph.objects.flatMap((object) =>
    Object.entries(object.labels).flatMap(([key, value]) => {
      const match = securityLabel.exec(key);
      if (!match) return [];
      const here = placeIn(object, 'metadata', 'labels', key);
      if (object.kind !== 'Namespace')
        return [
          {
            code: 'POD_SECURITY' as const,
            message: `${called(object)} has the label ${key}, which acts on a Namespace only.`,
            here,
            fix: 'Put it on the Namespace.',
          },
        ];
      const expected = match[2] ? 'latest or a version like v1.34' : levels.join(', ');
      const near = onlyNearest(value, levels);
      const right = match[2] ? /^(latest|v1\.\d+)$/.test(value) : levels.includes(value);
      return right
        ? []
        : [
            {
              code: 'POD_SECURITY' as const,
              message: `${key} is "${value}"; Pod Security knows ${expected}, and ignores anything else.`,
              here,
              fix: `Write one of ${expected}.`,
              ...(near === undefined || match[2] ? {} : setting(here, near)),
            },
          ];
    }),
  );
