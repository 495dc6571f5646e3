import { isDeepStrictEqual } from 'node:util';
import { distance } from 'fastest-levenshtein';
import { appending, removing, setting } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { firstIndices } from '../first-indices.ts';
import { placeIn } from '../graph/objects.ts';
import { directionsOf, rulesOf, type Direction, type Policy } from '../graph/policies.ts';
import { listed } from '../listed.ts';
import { blockOf, within } from '../shapes/cidr.ts';
import type { PortRule } from '../shapes/network.ts';
import type { Place } from '../source.ts';
import { peersField, rulesField } from './policies.ts';
import { called, when, type Check } from './subject.ts';

/** Rules that contradict themselves, repeat themselves, or allow more than they can mean. */
export const ruleForms: Check = ({ graph }) => {
  const specs = new Map<string, Policy>();
  return graph.ofKind('NetworkPolicy').flatMap((policy) => {
    const { policyTypes, ingress, egress } = policy.content.spec;
    const unsaid = (['Ingress', 'Egress'] as const).filter(
      (direction) =>
        policyTypes &&
        !policyTypes.includes(direction) &&
        (direction === 'Ingress' ? ingress : egress).length > 0,
    );
    const spec = JSON.stringify([policy.namespace, policy.content.spec]);
    const first = specs.get(spec);
    if (!first) specs.set(spec, policy);
    // Two of one name are told as one object that is there twice.
    const same = first?.name === policy.name ? undefined : first;
    return [
      ...unsaid.map((direction) => ({
        code: 'POLICY_TYPES' as const,
        message: `${called(policy)} has ${direction.toLowerCase()} rules, but policyTypes does not name ${direction}: they do nothing.`,
        here: placeIn(policy, 'spec', 'policyTypes'),
        there: placeIn(policy, 'spec', rulesField[direction]),
        fix: `Add ${direction} to policyTypes.`,
        ...appending(placeIn(policy, 'spec', 'policyTypes'), direction),
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
              message: `${called(policy)} has the same spec as ${called(same)}; one of them was meant to differ.`,
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
};

/** A rule is redundant when another rule of its policy opens all its ports to every peer: one port is wrong. */
function idleRules(policy: Policy, direction: Direction): Fault[] {
  const key = ({ port, protocol }: PortRule): string => `${port ?? 'any'}/${protocol}`;
  const rules = rulesOf(policy, direction);
  const open = rules.flatMap(({ peers, ports }, index) =>
    peers.length === 0 ? [{ index, keys: new Set(ports.map(key)) }] : [],
  );
  const openByKey = Map.groupBy(
    open.flatMap((rule) => [...rule.keys].map((one) => ({ one, rule }))),
    ({ one }) => one,
  );
  const at = (rule: number) => placeIn(policy, 'spec', rulesField[direction], rule, 'ports', 0, 'port');
  return rules.flatMap(({ peers, ports }, index): Fault[] => {
    const [first] = peers.length > 0 ? ports : [];
    const wider =
      first && openByKey.get(key(first))?.find(({ rule }) => ports.every((port) => rule.keys.has(key(port))));
    return when(wider, () => ({
      code: 'POLICY_TWICE',
      message: `A rule of ${called(policy)} opens ${listed(ports, key)} to some peers, and another of its rules opens it to all.`,
      here: at(index),
      there: at(wider?.rule.index ?? index),
      fix: 'Remove one, or correct its port.',
    }));
  });
}

/** Where NodeLocal DNSCache and clouds' own resolvers answer. */
const linkLocalServices = ['169.254.20.10', '169.254.169.253'];

/** Where clouds hand out the node's own credentials. */
const metadataAddress = '169.254.169.254';

/** The same, by which pods get credentials of their own: EKS' Pod Identity and ECS. */
const metadataAddresses = [metadataAddress, '169.254.170.23', '169.254.170.2'];

function peerForms(
  policy: Policy,
  direction: Direction,
  index: number,
  { peers, ports }: ReturnType<typeof rulesOf>[number],
): Fault[] {
  const at = (...path: (string | number)[]) => placeIn(policy, 'spec', rulesField[direction], index, ...path);
  const keys = ports.map(({ port, protocol }) => `${port ?? 'any'}/${protocol}`);
  const firsts = firstIndices(keys);
  const isOfNames = peers.some(isNameServer);
  return [
    ...keys.flatMap((key, position): Fault[] => {
      const first = firsts.get(key) ?? position;
      return first < position
        ? [
            {
              code: 'PORT_TWICE',
              message: `A rule of ${called(policy)} names port ${key} twice.`,
              here: at('ports', position),
              there: at('ports', first),
              fix: 'Name each port and protocol once.',
              ...(isDeepStrictEqual(ports[first], ports[position]) ? removing(at('ports', position)) : {}),
            },
          ]
        : [];
    }),
    ...ports.flatMap(({ port }, position): Fault[] =>
      isOfNames && port !== undefined && !nameServerPorts.includes(port)
        ? [
            {
              code: 'POLICY_PORT',
              message: `${called(policy)} allows port ${port} of kube-dns, which listens on ${nameServerPorts.join(', ')}.`,
              here: at('ports', position, 'port'),
              fix: `Write ${nameServerPorts[0] ?? ''}.`,
              ...setting(at('ports', position, 'port'), nameServerPorts[0] ?? port),
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
  ];
}

/** A duplicate block, or all IPv6 addresses beside selected pods. */
function familyForms(
  policy: Policy,
  peers: ReturnType<typeof rulesOf>[number]['peers'],
  at: (...path: (string | number)[]) => Place,
): Fault[] {
  const blocks = peers.map(({ ipBlock }) => ipBlock?.cidr);
  const firsts = firstIndices(blocks);
  const sixOnly = blocks.includes('::/0') && !blocks.includes('0.0.0.0/0') && blocks.includes(undefined);
  return [
    ...blocks.flatMap((cidr, position): Fault[] => {
      const first = firsts.get(cidr) ?? position;
      return cidr !== undefined && first < position
        ? [
            {
              code: 'POLICY_BLOCK',
              message: `A rule of ${called(policy)} names ${cidr} twice.`,
              here: at(position, 'ipBlock', 'cidr'),
              there: at(first, 'ipBlock', 'cidr'),
              fix: 'Name each block once.',
              ...(isDeepStrictEqual(peers[first], peers[position]) ? removing(at(position)) : {}),
            },
          ]
        : [];
    }),
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
  const toMetadata = direction === 'Egress' && cidr === '0.0.0.0/0' && except.length > 0;
  const [nodeLocal = ''] = linkLocalServices;
  return [
    ...[
      { text: cidr, where: at('cidr') },
      ...except.map((text, index) => ({ text, where: at('except', index) })),
    ].flatMap(({ text, where }) => beyondPrefix(policy, text, where)),
    ...when(length > 0 && length < 8, () => ({
      code: 'POLICY_BLOCK',
      message: `${called(policy)} names ${cidr}, a block larger than any network.`,
      here: at('cidr'),
      fix: 'Write 0.0.0.0/0 (or ::/0) for all addresses, or the network that is meant.',
    })),
    ...when(toMetadata && !except.some((hole) => within(hole, metadataAddress)), () => ({
      code: 'METADATA_OPEN',
      message: `${called(policy)} lets pods out to ${metadataAddress}, where clouds hand out the node's credentials; ${listed(except)} does not leave it out.`,
      here: at('except'),
      fix: 'Write except: [169.254.0.0/16].',
    })),
    ...when(length === 32 && isNearNodeLocal(address), () => ({
      code: 'POLICY_BLOCK',
      message: `${called(policy)} allows the address ${address}; the name server of a node is at ${nodeLocal}.`,
      here: at('cidr'),
      fix: `Write ${nodeLocal}/32 for NodeLocal DNSCache.`,
    })),
  ];
}

/** The API server takes the address of a host with the length of its network. */
const beyondPrefix = (policy: Policy, cidr: string, here: Place): Fault[] =>
  when(blockOf(cidr) !== cidr, () => ({
    code: 'POLICY_BLOCK',
    message: `${called(policy)} names ${cidr}, an address with bits beyond its prefix: it means all of ${blockOf(cidr)}.`,
    here,
    fix: `Write ${blockOf(cidr)}, or the whole address with /32.`,
  }));

const isNearNodeLocal = (address: string): boolean =>
  ![...linkLocalServices, ...metadataAddresses].includes(address) &&
  (address.startsWith('169.254.') || linkLocalServices.some((known) => distance(known, address) <= 2));

/** What CoreDNS listens on: names, and its own metrics. */
const nameServerPorts: readonly (string | number)[] = [53, 9153, 'dns', 'dns-tcp'];

const isNameServer = ({ podSelector }: ReturnType<typeof rulesOf>[number]['peers'][number]): boolean =>
  podSelector?.matchLabels['k8s-app'] === 'kube-dns';
