import { roleLabel } from '../../model/names.ts';
import { field as setField, only, setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { placeIn } from '../graph/objects.ts';
import { directionsOf, refusedBy, rulesOf, type Direction, type Policy } from '../graph/policies.ts';
import { declaredPorts, portsCalled, targetOf } from '../graph/ports.ts';
import { everyPod, selects } from '../graph/selectors.ts';
import type { Workload } from '../graph/workloads.ts';
import { podParty } from '../reach.ts';
import { rulesField } from './policies.ts';
import { leadsTo } from './services.ts';
import { called, when, type Check, type Subject } from './subject.ts';

/** A rule must name a port that the selected pods have. */
export const rulePorts: Check = (subject) =>
  subject.graph.ofKind('NetworkPolicy').flatMap((policy) =>
    directionsOf(policy).flatMap((direction) =>
      rulesOf(policy, direction).flatMap((rule, index) => {
        const pods = targetsOf(subject, policy, direction, rule);
        const known = pods?.flatMap((workload) => portsOf(subject, workload));
        if (!known || known.length === 0) return [];
        return rule.ports.flatMap(({ port, protocol, endPort }, position): Fault[] => {
          if (port === undefined || endPort !== undefined) return [];
          const found = known.find(({ name, number }) => port === name || port === number);
          if (found?.protocol === protocol) return [];
          const field = found ? 'protocol' : 'port';
          const at = placeIn(policy, 'spec', rulesField[direction], index, 'ports', position);
          return [
            {
              code: 'POLICY_PORT',
              message: `${called(policy)} allows port ${port}/${protocol}, but the pods it is about have ${known.map(({ name, number, protocol: by }) => `${name ? `${name} ` : ''}${number}/${by}`).join(', ')}.`,
              here: { ...at, path: [...at.path, field] },
              fix: 'Policies see the port of the pod (containerPort), not that of the Service: write one of these.',
              ...(found
                ? // Which end is wrong is not said, but nearly all programs speak TCP.
                  only(
                    ['TCP'].filter((usual) => usual === found.protocol),
                    (usual) => setField(at, 'protocol', usual),
                  )
                : only(
                    [...new Set(ledTo(subject, pods ?? [], port) ?? known.map(({ number }) => number))],
                    (number) => setting({ ...at, path: [...at.path, 'port'] }, number),
                  )),
            },
          ];
        });
      }),
    ),
  );

/** The ports of pods to which their Services lead a port; `undefined` where none serves it. */
function ledTo(subject: Subject, pods: readonly Workload[], port: number | string): number[] | undefined {
  const leading = pods.flatMap((workload) =>
    leadsTo(subject, workload)
      .filter((lead) => lead.port.port === port)
      .flatMap((lead) => targetOf(lead.port, workload)?.number ?? []),
  );
  return leading.length === 0 ? undefined : leading;
}

/** The workloads at the receiving end of a rule; `undefined` where it is not about pods of the manifests alone. */
function targetsOf(
  { graph }: Subject,
  policy: Policy,
  direction: Direction,
  { peers }: ReturnType<typeof rulesOf>[number],
): Workload[] | undefined {
  const near = graph.workloadsIn(policy.namespace);
  if (direction === 'Ingress')
    return near.filter(({ labels }) => selects(policy.content.spec.podSelector ?? everyPod, labels));
  if (peers.length === 0 || peers.some(({ ipBlock, namespaceSelector }) => ipBlock ?? namespaceSelector))
    return undefined;
  return near.filter(({ labels }) =>
    peers.some(({ podSelector }) => selects(podSelector ?? everyPod, labels)),
  );
}

/** The ports the pods declare, and those their program opens undeclared. */
function portsOf(
  { knownOf }: Subject,
  workload: Workload,
): { name?: string | undefined; number: number; protocol: string }[] {
  const declared = declaredPorts(workload);
  const opened = knownOf(workload)
    .flatMap(({ opens }) => Object.entries(opens))
    .filter(([, number]) => portsCalled(workload, number).length === 0);
  return [...declared, ...opened.map(([name, number]) => ({ name, number, protocol: 'TCP' }))];
}

/** A port whose callers the model names must not be open to all. */
export const openPorts: Check = ({ graph, known }) =>
  graph.ofKind('NetworkPolicy').flatMap((policy) =>
    policy.content.spec.ingress.flatMap(({ from, ports }, rule) =>
      ports.flatMap(({ port }, position): Fault[] => {
        if (from.length > 0 || !directionsOf(policy).includes('Ingress')) return [];
        const named = known
          .filter(
            ({ workload }) =>
              workload.namespace === policy.namespace &&
              selects(policy.content.spec.podSelector ?? everyPod, workload.labels),
          )
          .flatMap(({ program, opens }) =>
            Object.entries(opens).map(([name, number]) => ({
              name,
              number,
              from: program.service.ports[name]?.from ?? [],
            })),
          )
          .find(({ name, number }) => port === name || port === number);
        if (!named || named.from.length === 0 || named.from.includes('world')) return [];
        return [
          {
            code: 'PORT_OPEN',
            message: `${called(policy)} opens port ${port ?? ''} ("${named.name}") to all clients; it is for ${named.from.join(' and ')}.`,
            here: placeIn(policy, 'spec', 'ingress', rule, 'ports', position, 'port'),
            fix: 'Say from whom, or name the port that is meant.',
          },
        ];
      }),
    ),
  );

/** A role that a policy admits to a program must be admitted to the port for that role. */
export const rolePorts: Check = ({ graph, known }) => {
  const policies = graph.ofKind('NetworkPolicy');
  return known.flatMap(({ workload, program, opens }) =>
    Object.entries(program.service.ports).flatMap(([name, { from = [] }]) =>
      from.flatMap((role): Fault[] => {
        const by = policies.find((policy) => lets(policy, workload, role));
        const number = opens[name];
        if (!by || number === undefined) return [];
        const party = {
          name: role,
          ours: false,
          namespace: { name: `some-${role}`, labels: { [roleLabel]: role } },
          labels: {},
        };
        const refused = refusedBy(policies, {
          from: party,
          to: podParty(graph, workload),
          port: number,
          protocol: 'TCP',
        });
        return when(refused, () => ({
          code: 'CONNECTION_BLOCKED',
          message: `${called(by)} lets ${role} in to ${called(workload)}, but not to its port ${number} ("${name}"), which is for ${role}.`,
          here: placeIn(by, 'spec', 'ingress', 0, 'ports', 0, 'port'),
          fix: `Allow port ${number}.`,
        }));
      }),
    ),
  );
};

/** Whether a policy is about letting a role in to a workload. */
const lets = ({ namespace, content: { spec } }: Policy, workload: Workload, role: string): boolean =>
  namespace === workload.namespace &&
  selects(spec.podSelector ?? everyPod, workload.labels) &&
  spec.ingress.some(({ from }) =>
    from.some((peer) => peer.namespaceSelector?.matchLabels[roleLabel] === role),
  );
