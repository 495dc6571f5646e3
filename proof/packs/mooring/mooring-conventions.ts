import { suffixes, workloadName } from '../../../model/names.ts';
import { field as setField } from '../../changes.ts';
import type { Fault } from '../../findings.ts';
import { placeIn, type AnyObject } from '../../graph/objects.ts';
import { instanceLabel, isManagedByMooring, nameLabel } from '../../graph/managed-by.ts';
import { routedTo } from '../../checks/routed.ts';
import { called, inPod, when, type Check, type Subject } from '../../checks/subject.ts';

/** Mooring's conventions for what it renders, checked on objects whose labels say that Mooring rendered them. */

/** A name is `<stack>-<service>`, with one of the suffixes of `model/names.ts` or none; labels hold both again. */
export const names: Check = (subject) =>
  subject.graph.objects.filter(isManagedByMooring).flatMap((object): Fault[] => {
    const [stack, service] = [object.labels[instanceLabel], object.labels[nameLabel]];
    const free = object.kind === 'NetworkPolicy' || object.kind === 'Secret' || isReferredTo(subject, object);
    if (stack === undefined || service === undefined || free) return [];
    // A stack that was renamed everywhere is named as its workloads are.
    const workload = subject.graph.workloads.find(
      ({ object: one }) => one.labels[instanceLabel] === stack && one.labels[nameLabel] === service,
    );
    const base = workload?.name ?? workloadName(stack, service);
    const right = (suffixesOf[object.kind] ?? ['']).map((suffix) =>
      suffix === '' ? base : `${base}-${suffix}`,
    );
    return right.includes(object.name)
      ? []
      : [
          {
            code: 'NAME',
            message: `${called(object)} is of stack "${stack}" and service "${service}" by its labels, so its name is ${right.join(' or ')}.`,
            here: placeIn(object, 'metadata', 'name'),
            there: placeIn(object, 'metadata', 'labels'),
            fix: 'Make name and labels agree.',
          },
        ];
  });

/** What may follow `<stack>-<service>` in the name of an object of a kind; nothing for the others. */
const suffixesOf: Readonly<Record<string, readonly string[]>> = {
  Service: ['', suffixes.peers, suffixes.page, suffixes.node],
  ConfigMap: [suffixes.config, suffixes.files],
};

/** A Service that is dialled or routed to by its name may have any name: a wrong one would be found at its callers. */
const isReferredTo = ({ graph, dialsTo }: Subject, object: AnyObject): boolean =>
  object.kind === 'Service' && (dialsTo(object).length > 0 || routedTo(graph, object).length > 0);

/** A pod runs as one user and group, which also owns its volumes. */
export const users: Check = ({ graph }) =>
  graph.workloads
    .filter(({ object }) => isManagedByMooring(object))
    .flatMap((workload): Fault[] => {
      const chosen = ['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => ({
        field,
        value: workload.pod.securityContext[field],
      }));
      const odd = chosen.find(({ value }) => chosen.filter((other) => other.value === value).length === 1);
      if (!odd) return [];
      const shown = chosen.map(({ field, value }) => `${field} ${String(value)}`).join(', ');
      return [
        {
          code: 'USER',
          message: `${called(workload)} has ${shown}: they belong to one user, and are not one number.`,
          here: inPod(workload, 'securityContext', odd.field),
          fix: 'Write the number of its image’s user at all three.',
        },
      ];
    });

/** A Service for pods that are not ready (the page, the peers of a store) must publish them. */
export const unreadyServices: Check = ({ graph }) =>
  graph
    .ofKind('Service')
    .filter(isManagedByMooring)
    .flatMap((service): Fault[] => {
      const { spec } = service.content;
      const unready = [suffixes.page, suffixes.peers].some((suffix) => service.name.endsWith(`-${suffix}`));
      const headless = service.name.endsWith(`-${suffixes.peers}`) && spec.clusterIP !== 'None';
      const unnamed =
        spec.type === 'NodePort' || spec.type === 'LoadBalancer'
          ? spec.ports.findIndex(({ nodePort }) => nodePort === undefined)
          : -1;
      return [
        ...(unready && !spec.publishNotReadyAddresses
          ? [
              {
                code: 'UNREADY_PODS' as const,
                message: `${called(service)} is there for pods that are not ready, and does not publish them.`,
                here: placeIn(service, 'spec', 'publishNotReadyAddresses'),
                fix: 'Set publishNotReadyAddresses to true.',
                ...setField(placeIn(service, 'spec'), 'publishNotReadyAddresses', true),
              },
            ]
          : []),
        ...when(headless, () => ({
          code: 'UNREADY_PODS',
          message: `${called(service)} is to give each pod a name of its own, and is not headless.`,
          here: placeIn(service, 'spec', 'clusterIP'),
          fix: 'Set clusterIP to None.',
          ...setField(placeIn(service, 'spec'), 'clusterIP', 'None'),
        })),
        ...(unnamed >= 0
          ? [
              {
                code: 'NODE_PORT' as const,
                message: `${called(service)} opens a port of every node for its port ${spec.ports[unnamed]?.port ?? ''}, and does not say which: nothing can be mapped to it.`,
                here: placeIn(service, 'spec', 'type'),
                there: placeIn(service, 'spec', 'ports', unnamed),
                fix: 'Write type: ClusterIP, or a nodePort.',
              },
            ]
          : []),
      ];
    });

/** The Secret of a stack is immutable: the stores' volumes keep the old passwords, so changed ones are refused. */
export const immutableSecrets: Check = ({ graph }) =>
  graph
    .ofKind('Secret')
    .filter((secret) => isManagedByMooring(secret) && secret.content.immutable !== true)
    .map((secret) => ({
      code: 'SECRET_MUTABLE' as const,
      message: `${called(secret)} is mutable: the stores' volumes keep the old passwords, so clients with changed ones are refused.`,
      here: placeIn(secret, 'immutable'),
      fix: 'Set immutable to true.',
      ...setField(placeIn(secret), 'immutable', true),
    }));

/** A Namespace enforces, audits and warns by `restricted`, of one version. */
export const namespaces: Check = ({ graph }) =>
  graph
    .ofKind('Namespace')
    .filter(isManagedByMooring)
    .flatMap((space): Fault[] => {
      const modes = ['enforce', 'audit', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}`);
      const weak = modes.find((label) => space.labels[label] !== 'restricted');
      const versions = modes.map((label) => ({
        label: `${label}-version`,
        version: space.labels[`${label}-version`],
      }));
      const odd = versions.find(
        ({ version }) => versions.filter((other) => other.version === version).length === 1,
      );
      return [
        ...(weak
          ? [
              {
                code: 'POD_SECURITY' as const,
                message: `${called(space)} does not ask for restricted pods: ${weak} is "${space.labels[weak] ?? '(nothing)'}".`,
                here: placeIn(space, 'metadata', 'labels', weak),
                fix: 'Write restricted.',
                ...setField(placeIn(space, 'metadata', 'labels'), weak, 'restricted'),
              },
            ]
          : []),
        ...(odd
          ? [
              {
                code: 'POD_SECURITY' as const,
                message: `${called(space)} asks for ${odd.version ?? '(nothing)'} in ${odd.label}, and for another version elsewhere.`,
                here: placeIn(space, 'metadata', 'labels', odd.label),
                fix: 'Write one version at all three.',
              },
            ]
          : []),
      ];
    });
