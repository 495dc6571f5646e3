import { distance } from 'fastest-levenshtein';
import type { Outsider } from '../../contract/model.ts';
import { roleLabel } from '../../contract/names.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Fault } from '../findings.ts';
import { resolveHost } from '../graph/hosts.ts';
import { placeIn } from '../graph/objects.ts';
import {
  directionsOf,
  policiesFor,
  refusedBy,
  rulesOf,
  type Direction,
  type Party,
  type Policy,
} from '../graph/policies.ts';
import { declaredPorts, selectedBy, servicePort, targetOf } from '../graph/ports.ts';
import { selects } from '../graph/selectors.ts';
import type { Workload } from '../graph/workloads.ts';
import { podParty, someAddress } from '../reach.ts';
import { within } from '../shapes/cidr.ts';
import type { Place } from '../source.ts';
import { called, type Check, type Subject } from './subject.ts';

const peersField = { Ingress: 'from', Egress: 'to' } as const;
const rulesField = { Ingress: 'ingress', Egress: 'egress' } as const;

/** Every connection an environment speaks of must be let out at one end and in at the other. */
export const connectionsAllowed: Check = ({ graph, dials }) =>
  dials.flatMap((dial) => {
    const from = podParty(graph, dial.workload);
    const policies = graph.ofKind('NetworkPolicy');
    const host = resolveHost(graph, dial.workload.namespace, dial.host.text);
    if (host.kind === 'outside') {
      const to: Party = { name: dial.host.text, ours: false, address: host.address ?? someAddress };
      return blocked(
        { from, to, port: Number(dial.port.text), why: dial.port.variable, here: dial.port.place },
        policies,
      );
    }
    if (host.kind !== 'service') return [];
    const port = servicePort(host.service, Number(dial.port.text));
    return selectedBy(graph, host.service).flatMap((workload) => {
      const target = port && targetOf(port, workload);
      return target
        ? blocked(
            {
              from,
              to: podParty(graph, workload),
              port: target.number,
              why: dial.port.variable,
              here: dial.port.place,
            },
            policies,
          )
        : [];
    });
  });

interface Wanted {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  readonly protocol?: string;
  /** What says that the connection is wanted. */
  readonly why: string;
  readonly here: Place;
}

function blocked(
  { from, to, port, protocol = 'TCP', why, here }: Wanted,
  policies: readonly Policy[],
): Fault[] {
  const refused = refusedBy(policies, { from, to, port, protocol });
  const [first] = refused?.policies ?? [];
  if (!refused || !first) return [];
  const verb =
    refused.direction === 'Egress' ? `nothing lets ${from.name} out to` : `nothing lets ${from.name} in to`;
  return [
    {
      code: 'CONNECTION_BLOCKED',
      message: `${why} wants ${from.name} to reach ${to.name} on port ${port}/${protocol}, but ${verb} it: ${refused.policies.map(called).join(', ')}.`,
      here,
      there: ruleNear(refused.policies, refused.direction, port) ?? placeIn(first, 'spec'),
      fix: `Allow port ${port} in the ${refused.direction.toLowerCase()} rules, or correct the port.`,
    },
  ];
}

/** The rule that was probably meant: the one whose port is nearest by digits. */
function ruleNear(policies: readonly Policy[], direction: Direction, port: number): Place | undefined {
  const all = policies.flatMap((policy) =>
    rulesOf(policy, direction).flatMap(({ ports }, rule) =>
      ports.map((one, index) => ({
        text: String(one.port),
        place: placeIn(policy, 'spec', rulesField[direction], rule, 'ports', index, 'port'),
      })),
    ),
  );
  const near = nearest(
    String(port),
    all.map(({ text }) => text),
  );
  return all.find(({ text }) => text === near)?.place ?? all[0]?.place;
}

const world: Party = { name: 'the world', ours: false, address: someAddress };

/** What is opened to the world by a node port, a load balancer or an Ingress must be let in by the policies. */
export const entriesAllowed: Check = ({ graph }) => {
  const policies = graph.ofKind('NetworkPolicy');
  const outward = graph
    .ofKind('Service')
    .filter(({ content }) => content.spec.type === 'NodePort' || content.spec.type === 'LoadBalancer')
    .flatMap((service) =>
      service.content.spec.ports.map((port) => ({ service, port, here: placeIn(service, 'spec', 'type') })),
    );
  const routed = graph.ofKind('Ingress').flatMap((ingress) =>
    ingress.content.spec.rules.flatMap(({ http }, rule) =>
      (http?.paths ?? []).flatMap(({ backend }, path) => {
        const service = graph.find('Service', ingress.namespace, backend.service.name);
        const port =
          service && servicePort(service, backend.service.port.number ?? backend.service.port.name ?? '');
        return service && port
          ? [
              {
                service,
                port,
                here: placeIn(
                  ingress,
                  'spec',
                  'rules',
                  rule,
                  'http',
                  'paths',
                  path,
                  'backend',
                  'service',
                  'port',
                ),
              },
            ]
          : [];
      }),
    ),
  );
  return [...outward, ...routed].flatMap(({ service, port, here }) =>
    selectedBy(graph, service).flatMap((workload) => {
      const target = targetOf(port, workload);
      const to = podParty(graph, workload);
      return target
        ? blocked({ from: world, to, port: target.number, why: called(service), here }, policies)
        : [];
    }),
  );
};

/** A pod that may only go where policies say, and dials by name, must be let to the name servers. */
export const namesAllowed: Check = ({ graph, dials }) => {
  const policies = graph.ofKind('NetworkPolicy');
  const dialling = new Set(
    dials
      .filter(({ host }) => !/^[\d.]+$|:/.test(host.text) && host.text !== 'localhost')
      .map(({ workload }) => workload),
  );
  const dns: Party = {
    name: 'kube-dns',
    ours: false,
    namespace: { name: 'kube-system', labels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    labels: { 'k8s-app': 'kube-dns' },
  };
  return [...dialling].flatMap((workload): Fault[] => {
    const from = podParty(graph, workload);
    const [first] = policiesFor(policies, from, 'Egress');
    if (!first) return [];
    // Who lets DNS out by the address of its Service or to everybody is right too.
    const toSome = (protocol: string): boolean =>
      [dns, { name: 'dns', ours: false, address: '10.96.0.10' }].some(
        (to) => !refusedBy(policies, { from, to, port: 53, protocol }),
      );
    return toSome('UDP')
      ? []
      : [
          {
            code: 'DNS_BLOCKED',
            message: `${called(workload)} dials by name, but no egress rule lets it ask kube-dns in kube-system on port 53/UDP.`,
            here: dnsRule(policiesFor(policies, from, 'Egress')) ?? placeIn(first, 'spec'),
            fix: 'Allow 53/UDP and 53/TCP to namespace kube-system, pods k8s-app=kube-dns.',
          },
        ];
  });
};

const dnsRule = (policies: readonly Policy[]): Place | undefined =>
  policies.flatMap((policy) =>
    rulesOf(policy, 'Egress').flatMap(({ ports }, rule) =>
      ports.some(({ port }) => port === 53) ? [placeIn(policy, 'spec', 'egress', rule)] : [],
    ),
  )[0];

/** A rule for a port that none of the selected pods has lets nobody anywhere; it was meant for another. */
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
          return [
            {
              code: 'POLICY_PORT',
              message: `${called(policy)} allows port ${port}/${protocol}, but the pods it is about have ${known.map(({ name, number, protocol: by }) => `${name ? `${name} ` : ''}${number}/${by}`).join(', ')}.`,
              here: placeIn(policy, 'spec', rulesField[direction], index, 'ports', position, field),
              fix: 'Policies see the port of the pod (containerPort), not that of the Service: write one of these.',
            },
          ];
        });
      }),
    ),
  );

/** The workloads at the receiving end of a rule; `undefined` where it is not about pods of the manifests alone. */
function targetsOf(
  { graph }: Subject,
  policy: Policy,
  direction: Direction,
  { peers }: ReturnType<typeof rulesOf>[number],
): Workload[] | undefined {
  const near = graph.workloads.filter(({ namespace }) => namespace === policy.namespace);
  const everybody = { matchLabels: {}, matchExpressions: [] };
  if (direction === 'Ingress')
    return near.filter(({ labels }) => selects(policy.content.spec.podSelector ?? everybody, labels));
  if (peers.length === 0 || peers.some(({ ipBlock, namespaceSelector }) => ipBlock ?? namespaceSelector))
    return undefined;
  return near.filter(({ labels }) =>
    peers.some(({ podSelector }) => selects(podSelector ?? everybody, labels)),
  );
}

/** What the pods declare, and what their program opens besides. */
function portsOf(
  { known }: Subject,
  workload: Workload,
): { name?: string | undefined; number: number; protocol: string }[] {
  const declared = declaredPorts(workload);
  const opened = known
    .filter((one) => one.workload === workload)
    .flatMap(({ opens }) => Object.entries(opens))
    .filter(([, number]) => !declared.some((port) => port.number === number));
  return [...declared, ...opened.map(([name, number]) => ({ name, number, protocol: 'TCP' }))];
}

/** A port whose callers the contract names, opened to everybody: operations would be behind no door. */
export const openPorts: Check = ({ graph, known }) =>
  graph.ofKind('NetworkPolicy').flatMap((policy) =>
    policy.content.spec.ingress.flatMap(({ from, ports }, rule) =>
      ports.flatMap(({ port }, position): Fault[] => {
        if (from.length > 0 || !directionsOf(policy).includes('Ingress')) return [];
        const everybody = { matchLabels: {}, matchExpressions: [] };
        const named = known
          .filter(
            ({ workload }) =>
              workload.namespace === policy.namespace &&
              selects(policy.content.spec.podSelector ?? everybody, workload.labels),
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
            message: `${called(policy)} lets everybody in to port ${port ?? ''} ("${named.name}"), which is for ${named.from.join(' and ')}.`,
            here: placeIn(policy, 'spec', 'ingress', rule, 'ports', position, 'port'),
            fix: 'Say from whom, or name the port that is meant.',
          },
        ];
      }),
    ),
  );

/** Rules that contradict themselves, say a thing twice, or open more than anybody means. */
export const ruleForms: Check = ({ graph }) =>
  graph.ofKind('NetworkPolicy').flatMap((policy, position, all) => {
    const { policyTypes, ingress, egress } = policy.content.spec;
    const unsaid = (['Ingress', 'Egress'] as const).filter(
      (direction) =>
        policyTypes &&
        !policyTypes.includes(direction) &&
        (direction === 'Ingress' ? ingress : egress).length > 0,
    );
    const same = all
      .slice(0, position)
      .find(
        (other) =>
          JSON.stringify(other.content.spec) === JSON.stringify(policy.content.spec) &&
          other.namespace === policy.namespace,
      );
    return [
      ...unsaid.map((direction) => ({
        code: 'POLICY_TYPES' as const,
        message: `${called(policy)} has ${direction.toLowerCase()} rules, but policyTypes does not name ${direction}: they do nothing.`,
        here: placeIn(policy, 'spec', 'policyTypes'),
        there: placeIn(policy, 'spec', rulesField[direction]),
        fix: `Add ${direction} to policyTypes.`,
      })),
      ...(policyTypes && new Set(policyTypes).size < policyTypes.length
        ? [
            {
              code: 'POLICY_TYPES' as const,
              message: `${called(policy)} names ${policyTypes[0] ?? ''} twice in policyTypes.`,
              here: placeIn(policy, 'spec', 'policyTypes', 1),
              fix: 'Name Ingress and Egress once each.',
            },
          ]
        : []),
      ...(same
        ? [
            {
              code: 'POLICY_TWICE' as const,
              message: `${called(policy)} says word for word what ${called(same)} says; one of them was meant to differ.`,
              here: placeIn(policy, 'spec'),
              there: placeIn(same, 'spec'),
              fix: 'Remove one, or correct it.',
            },
          ]
        : []),
      ...directionsOf(policy).flatMap((direction) => idleRules(policy, direction)),
      ...directionsOf(policy).flatMap((direction) =>
        rulesOf(policy, direction).flatMap((rule, index) => peerForms(policy, direction, index, rule)),
      ),
    ];
  });

/** A rule whose every port another rule opens to everybody adds nothing: one of them was meant for another port. */
function idleRules(policy: Policy, direction: Direction): Fault[] {
  const rules = rulesOf(policy, direction);
  const key = ({ port, protocol }: (typeof rules)[number]['ports'][number]): string =>
    `${port ?? 'any'}/${protocol}`;
  return rules.flatMap(({ peers, ports }, index): Fault[] => {
    const wider = rules.findIndex(
      (other) =>
        other.peers.length === 0 && ports.every((port) => other.ports.some((one) => key(one) === key(port))),
    );
    if (peers.length === 0 || ports.length === 0 || wider < 0) return [];
    const at = (rule: number) => placeIn(policy, 'spec', rulesField[direction], rule, 'ports', 0, 'port');
    return [
      {
        code: 'POLICY_TWICE',
        message: `A rule of ${called(policy)} opens ${ports.map(key).join(', ')} to some, and another of its rules opens it to everybody.`,
        here: at(index),
        there: at(wider),
        fix: 'Remove one, or correct its port.',
      },
    ];
  });
}

/** Where NodeLocal DNSCache and clouds' own resolvers answer. */
const linkLocalServices = ['169.254.20.10', '169.254.169.253'];
/** Where clouds hand out the node's own credentials. */
const metadataAddress = '169.254.169.254';

function peerForms(
  policy: Policy,
  direction: Direction,
  index: number,
  { peers, ports }: ReturnType<typeof rulesOf>[number],
): Fault[] {
  const at = (...path: (string | number)[]) => placeIn(policy, 'spec', rulesField[direction], index, ...path);
  const keys = ports.map(({ port, protocol }) => `${port ?? 'any'}/${protocol}`);
  return [
    ...keys.flatMap((key, position): Fault[] =>
      keys.indexOf(key) < position
        ? [
            {
              code: 'PORT_TWICE',
              message: `A rule of ${called(policy)} names port ${key} twice.`,
              here: at('ports', position),
              there: at('ports', keys.indexOf(key)),
              fix: 'Name each port and protocol once.',
            },
          ]
        : [],
    ),
    ...ports.flatMap(({ port }, position): Fault[] =>
      peers.some(isNameServer) && port !== undefined && !nameServerPorts.includes(port)
        ? [
            {
              code: 'POLICY_PORT',
              message: `${called(policy)} allows port ${port} of kube-dns, which listens on ${nameServerPorts.join(', ')}.`,
              here: at('ports', position, 'port'),
              fix: `Write ${nameServerPorts[0] ?? ''}.`,
            },
          ]
        : [],
    ),
    ...familyForms(policy, peers, (...path) => at(peersField[direction], ...path)),
    ...peers.flatMap(({ ipBlock }, position) =>
      ipBlock
        ? blockForms(policy, direction, ipBlock, (...path) =>
            at(peersField[direction], position, 'ipBlock', ...path),
          )
        : [],
    ),
    ...peers.flatMap(({ namespaceSelector }, position) =>
      roleForms(
        policy,
        namespaceSelector?.matchLabels[roleLabel],
        at(peersField[direction], position, 'namespaceSelector', 'matchLabels', roleLabel),
      ),
    ),
  ];
}

/** One block twice, or everybody of one kind of address beside pods. */
function familyForms(
  policy: Policy,
  peers: ReturnType<typeof rulesOf>[number]['peers'],
  at: (...path: (string | number)[]) => Place,
): Fault[] {
  const blocks = peers.map(({ ipBlock }) => ipBlock?.cidr);
  const sixOnly = blocks.includes('::/0') && !blocks.includes('0.0.0.0/0') && blocks.includes(undefined);
  return [
    ...blocks.flatMap((cidr, position): Fault[] =>
      cidr !== undefined && blocks.indexOf(cidr) < position
        ? [
            {
              code: 'POLICY_BLOCK',
              message: `A rule of ${called(policy)} names ${cidr} twice.`,
              here: at(position, 'ipBlock', 'cidr'),
              there: at(blocks.indexOf(cidr), 'ipBlock', 'cidr'),
              fix: 'Name each block once.',
            },
          ]
        : [],
    ),
    ...(sixOnly
      ? [
          {
            code: 'POLICY_BLOCK' as const,
            message: `A rule of ${called(policy)} names some pods and, beside them, every IPv6 address.`,
            here: at(blocks.indexOf('::/0'), 'ipBlock', 'cidr'),
            fix: 'Name the address that is meant.',
          },
        ]
      : []),
  ];
}

function blockForms(
  policy: Policy,
  direction: Direction,
  { cidr, except }: { readonly cidr: string; readonly except: readonly string[] },
  at: (...path: (string | number)[]) => Place,
): Fault[] {
  const [address = '', prefix = ''] = cidr.split('/');
  const length = Number(prefix);
  const toMetadata =
    direction === 'Egress' &&
    length === 0 &&
    !cidr.includes(':') &&
    !except.some((hole) => within(hole, metadataAddress));
  return [
    ...(length > 0 && length < 8
      ? [
          {
            code: 'POLICY_BLOCK' as const,
            message: `${called(policy)} names ${cidr}, a part of all addresses that is nobody's network.`,
            here: at('cidr'),
            fix: 'Write 0.0.0.0/0 (or ::/0) for everybody, or the network that is meant.',
          },
        ]
      : []),
    ...(toMetadata && except.length > 0
      ? [
          {
            code: 'METADATA_OPEN' as const,
            message: `${called(policy)} lets pods out to ${metadataAddress}, where clouds hand out the node's credentials; ${except.join(', ')} does not leave it out.`,
            here: at('except'),
            fix: 'Write except: [169.254.0.0/16].',
          },
        ]
      : []),
    ...(length === 32 &&
    !linkLocalServices.includes(address) &&
    (address.startsWith('169.254.') || linkLocalServices.some((known) => distance(known, address) <= 2))
      ? [
          {
            code: 'POLICY_BLOCK' as const,
            message: `${called(policy)} allows the address ${address}; the name server of a node is at ${linkLocalServices[0] ?? ''}.`,
            here: at('cidr'),
            fix: `Write ${linkLocalServices[0] ?? ''}/32 for NodeLocal DNSCache.`,
          },
        ]
      : []),
  ];
}

/** What CoreDNS listens on: names, and its own metrics. */
const nameServerPorts: readonly (string | number)[] = [53, 9153, 'dns', 'dns-tcp', 'metrics'];

const isNameServer = ({ podSelector }: ReturnType<typeof rulesOf>[number]['peers'][number]): boolean =>
  podSelector?.matchLabels['k8s-app'] === 'kube-dns';

const roles: readonly Outsider[] = ['operator', 'monitoring'];

function roleForms(policy: Policy, role: string | undefined, here: Place): Fault[] {
  if (role === undefined || roles.some((known) => known === role)) return [];
  const near = nearest(role, roles);
  return [
    {
      code: 'POLICY_ROLE',
      message: `${called(policy)} lets in namespaces with ${roleLabel}=${role}, and there is no such role.`,
      here,
      fix: `Write ${near ?? roles.join(' or ')}.`,
    },
  ];
}
