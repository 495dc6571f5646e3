import { fromOutsider } from '../../../model/names.ts';
import { field as setField } from '../../changes.ts';
import type { Fault } from '../../findings.ts';
import { peersField, rulesField } from '../../checks/policies.ts';
import { called, inContainer, when, type Check } from '../../checks/subject.ts';
import { instanceLabel, isManagedByMooring, nameLabel } from '../../graph/managed-by.ts';
import { placeIn } from '../../graph/objects.ts';
import { directionsOf, rulesOf, type Policy } from '../../graph/policies.ts';
import type { Selector } from '../../shapes/common.ts';
import { valueAt, type Place } from '../../source.ts';

/** What an object that Mooring rendered always has: where it went missing, the object does more or less than meant. */

/** The stack's own policies select pods of the stack, by service, and never all peers. */
export const policyScopes: Check = ({ graph }) =>
  graph
    .ofKind('NetworkPolicy')
    .filter(isManagedByMooring)
    .flatMap((policy) => [
      ...unscoped(policy, policy.content.spec.podSelector, placeIn(policy, 'spec', 'podSelector')),
      ...directionsOf(policy).flatMap((direction) =>
        rulesOf(policy, direction).flatMap(({ peers }, rule) =>
          peers.flatMap(({ podSelector, namespaceSelector, ipBlock }, position) =>
            (namespaceSelector ?? ipBlock)
              ? []
              : unscoped(
                  policy,
                  podSelector,
                  placeIn(policy, 'spec', rulesField[direction], rule, peersField[direction], position),
                ),
          ),
        ),
      ),
    ]);

/** A selector of pods of the stack that is not held to the stack, or not to one of its services. */
function unscoped(policy: Policy, selector: Selector | undefined, here: Place): Fault[] {
  const wanted = selector?.matchLabels ?? {};
  const stack = policy.labels[instanceLabel];
  const isForAll = policy.content.spec.ingress.length + policy.content.spec.egress.length === 0;
  const missing =
    wanted[instanceLabel] === undefined
      ? instanceLabel
      : wanted[nameLabel] === undefined && !isForAll
        ? nameLabel
        : undefined;
  return when(missing !== undefined && stack !== undefined, () => ({
    code: 'PORT_OPEN',
    severity: 'error',
    message: `${called(policy)} selects pods without ${missing ?? ''}: it is about more pods than those of one service of ${stack ?? ''}.`,
    here,
    fix: `Select ${missing ?? ''} too.`,
  }));
}

/** A rule of a stack's policy names its ports, and, but for the clients of a public port, its peers. */
export const policyRules: Check = ({ graph }) =>
  graph
    .ofKind('NetworkPolicy')
    .filter(isManagedByMooring)
    .flatMap((policy) =>
      directionsOf(policy).flatMap((direction) =>
        rulesOf(policy, direction).flatMap(({ peers, ports }, rule): Fault[] => {
          const isOpen = peers.length === 0 && !policy.name.endsWith(fromOutsider('', 'world'));
          const lacks =
            ports.some(({ port }) => port === undefined) || ports.length === 0 ? 'ports' : undefined;
          const field = isOpen ? peersField[direction] : lacks;
          return when(field, () => ({
            code: 'PORT_OPEN',
            severity: 'error',
            message: `A rule of ${called(policy)} names no ${field ?? ''}: it allows every one of them.`,
            here: placeIn(policy, 'spec', rulesField[direction], rule),
            fix: `Write ${field ?? ''}.`,
          }));
        }),
      ),
    );

/** A stack's Service leads to pods of the stack, unless it is another name for a host. */
export const serviceSelectors: Check = ({ graph }) =>
  graph
    .ofKind('Service')
    .filter(isManagedByMooring)
    .flatMap((service): Fault[] => {
      const { selector, type } = service.content.spec;
      return when(Object.keys(selector ?? {}).length === 0 && type !== 'ExternalName', () => ({
        code: 'SELECTS_NOTHING',
        severity: 'error',
        message: `${called(service)} has no selector, so it leads to no pod.`,
        here: placeIn(service, 'spec', 'selector'),
        fix: 'Select the pods of its service.',
      }));
    });

/** Objects of one stack are in a namespace that is written, or in the one that apply chooses: not some in each. */
export const writtenNamespaces: Check = ({ graph }) => {
  const ours = graph.objects.filter((object) => isManagedByMooring(object) && object.kind !== 'Namespace');
  const written = new Map(
    ours.flatMap((object) => (isWritten(object) ? [[object.labels[instanceLabel], object] as const] : [])),
  );
  return ours.flatMap((object): Fault[] => {
    const other = written.get(object.labels[instanceLabel]);
    return when(other && !isWritten(object), () => ({
      code: 'NAME',
      message: `${called(object)} names no namespace, and other objects of its stack name ${other?.namespace ?? ''}: it is applied to whichever is the default.`,
      here: placeIn(object, 'metadata'),
      ...(other ? { there: placeIn(other, 'metadata', 'namespace') } : {}),
      fix: `Write namespace: ${other?.namespace ?? ''}.`,
      ...setField(placeIn(object, 'metadata'), 'namespace', other?.namespace ?? ''),
    }));
  });
};

const isWritten = ({ doc }: { readonly doc: Place['doc'] }): boolean =>
  Boolean(valueAt(doc.value, ['metadata', 'namespace']));

/** Without its probes a service is sent requests it cannot answer, and is left alone when it hangs. */
export const modelProbes: Check = ({ known }) =>
  known
    .filter(({ workload }) => isManagedByMooring(workload.object))
    .flatMap(({ container, program: { service } }) =>
      (['startup', 'liveness', 'readiness'] as const).flatMap((kind) => {
        const field = `${kind}Probe` as const;
        return when(service.container.probes?.[kind] && !container.spec[field], () => ({
          code: 'PROBE_PATH',
          message: `Container ${container.name} has no ${field}, and ${service.name} is rendered with one.`,
          here: inContainer(container, 'name'),
          fix: `Write the ${field} of ${service.name}.`,
        }));
      }),
    );
