import { isIP } from 'node:net';
import { isCidr, within } from '../../shapes/cidr.ts';
import {
  exactlyOne,
  isSet,
  listAt,
  numberAt,
  partAt,
  partsAt,
  quoted,
  refuseIf,
  textAt,
  type Part,
  type Rule,
} from './refusal.ts';

/** What the API server says of Services, Ingresses and NetworkPolicies. */

const isOutward = ({ type }: Part): boolean => type === 'NodePort' || type === 'LoadBalancer';

/** What only a Service of some type has. */
const fieldsOfTypes: readonly [field: string, holds: (spec: Part) => boolean, condition: string][] = [
  [
    'externalTrafficPolicy',
    (spec) => isOutward(spec) || listAt(spec, 'externalIPs').length > 0,
    'on a Service that is reached from outside: of type NodePort or LoadBalancer',
  ],
  ...['loadBalancerSourceRanges', 'loadBalancerClass', 'allocateLoadBalancerNodePorts'].map(
    (field): [string, (spec: Part) => boolean, string] => [
      field,
      ({ type }) => type === 'LoadBalancer',
      'on a Service of type LoadBalancer',
    ],
  ),
  [
    'healthCheckNodePort',
    (spec) => spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local',
    'on a Service of type LoadBalancer with externalTrafficPolicy: Local',
  ],
];

const isGiven = (spec: Part, field: string): boolean =>
  isSet(spec, field) && spec[field] !== '' && spec[field] !== 0 && !isEmptyList(spec[field]);
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

export const serviceFields: Rule = (spec) => [
  ...fieldsOfTypes
    .filter(([field, holds]) => isGiven(spec, field) && !holds(spec))
    .map(([field, , condition]) => ({
      at: [field],
      what: `is allowed only ${condition}`,
      fix: `Remove ${field}, or write another type.`,
    })),
  ...listAt(spec, 'loadBalancerSourceRanges').flatMap((range, index) =>
    refuseIf(isOutward(spec) && typeof range === 'string' && !isCidr(range.trim()), () => ({
      at: ['loadBalancerSourceRanges', index],
      what: `is ${quoted(range)}; expected an address block like 10.0.0.0/8`,
      fix: 'Write an address block like 10.0.0.0/8.',
    })),
  ),
];

/** A Service leads to ports, unless it is only a name. */
export const servicePorts: Rule = (spec) => {
  const isName = spec['type'] === 'ExternalName';
  return [
    ...refuseIf(!isName && spec['clusterIP'] !== 'None' && partsAt(spec, 'ports').length === 0, () => ({
      at: ['ports'],
      what: 'is empty; a Service needs a port, unless it is headless or an ExternalName',
      fix: 'Write the port it serves, or clusterIP: None.',
    })),
    ...refuseIf(isName && textAt(spec, 'externalName') === undefined, () => ({
      at: ['externalName'],
      what: 'is missing; a Service of type ExternalName needs the name it stands for',
      fix: 'Write externalName, such as mail.example.org.',
    })),
  ];
};

/** An Ingress leads somewhere. */
export const ingressRules: Rule = (spec) =>
  refuseIf(partsAt(spec, 'rules').length === 0 && !isSet(spec, 'defaultBackend'), () => ({
    at: [],
    absent: true,
    what: 'has no rules and no defaultBackend; it must have one of them',
    fix: 'Write rules, or defaultBackend.',
  }));

const part = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const hostForm = new RegExp(`^(\\*\\.)?(${part})(\\.${part})*$`);

export const ingressHost: Rule = (rule) => {
  const host = textAt(rule, 'host');
  return refuseIf(host !== undefined && (isIP(host) > 0 || !hostForm.test(host)), () => ({
    at: ['host'],
    what: `is ${quoted(host)}; expected the name of a host, without a port, or "*." before one`,
    fix: 'Write a name such as shop.example.org, or remove host for all hosts.',
  }));
};

const forbidden = ['//', '/./', '/../', '%2f', '%2F'];

/** The path of an Ingress. */
export const ingressPath: Rule = (entry) => {
  const { pathType } = entry;
  const path = textAt(entry, 'path');
  const isCertain = pathType === 'Prefix' || pathType === 'Exact';
  const bad = isCertain
    ? [
        ...forbidden.filter((text) => path?.includes(text)),
        ...['/..', '/.'].filter((end) => path?.endsWith(end)),
      ][0]
    : undefined;
  return [
    ...refuseIf(isCertain ? !path?.startsWith('/') : path !== undefined && !path.startsWith('/'), () => ({
      at: ['path'],
      what: `is ${path === undefined ? 'nothing' : quoted(path)}; expected a path that starts with "/"`,
      fix: 'Write a path that starts with "/".',
    })),
    ...refuseIf(bad, () => ({
      at: ['path'],
      what: `is ${quoted(path)}; a path of type ${String(pathType)} must not have "${bad ?? ''}"`,
      fix: `Write the path without "${bad ?? ''}".`,
    })),
  ];
};

export const ingressBackend: Rule = exactlyOne('service', 'resource');
export const ingressPort: Rule = (service) =>
  exactlyOne('name', 'number')(partAt(service, 'port')).map((refusal) => ({ ...refusal, at: ['port'] }));

const classAnnotation = 'kubernetes.io/ingress.class';

/** The old way to name the class must say the same as the new one. */
export const ingressClasses: Rule = (ingress) => {
  const [old, now] = [
    textAt(ingress, 'metadata', 'annotations', classAnnotation),
    textAt(ingress, 'spec', 'ingressClassName'),
  ];
  return refuseIf(old !== undefined && now !== undefined && old !== now, () => ({
    at: ['metadata', 'annotations', classAnnotation],
    what: `is ${quoted(old)}, and spec.ingressClassName ${quoted(now)}; they must be the same`,
    fix: 'Remove the annotation.',
    there: ['spec', 'ingressClassName'],
  }));
};

/** Pods or addresses: a peer is one of them. */
export const policyPeer: Rule = (peer) => [
  ...refuseIf(!['podSelector', 'namespaceSelector', 'ipBlock'].some((field) => isSet(peer, field)), () => ({
    at: [],
    what: 'is empty; a peer has podSelector, namespaceSelector or ipBlock',
    fix: 'Write podSelector: {} for all pods of the namespace, namespaceSelector: {} for all of the cluster, or an ipBlock.',
  })),
  ...refuseIf(
    isSet(peer, 'ipBlock') && (isSet(peer, 'podSelector') || isSet(peer, 'namespaceSelector')),
    () => ({
      at: [],
      what: 'has ipBlock beside a selector; a peer has one of the two',
      fix: 'Write two peers.',
    }),
  ),
];

/** Some ports, from one number to another. */
export const policyPort: Rule = (entry) => {
  const [from, to] = [numberAt(entry, 'port'), numberAt(entry, 'endPort')];
  if (to === undefined) return [];
  return [
    ...refuseIf(from === undefined, () => ({
      at: ['endPort'],
      what: `is ${to}, and port is ${isSet(entry, 'port') ? quoted(entry['port']) : 'nothing'}; a range begins with a number`,
      fix: 'Write the first number as port, or remove endPort.',
    })),
    ...refuseIf(from !== undefined && to < from, () => ({
      at: ['endPort'],
      what: `is ${to}, less than port, ${from ?? ''}`,
      fix: `Write at least ${from ?? ''}.`,
    })),
  ];
};

/** An exception is a part of the block it is made of. */
export const blockExceptions: Rule = (block) => {
  const cidr = textAt(block, 'cidr');
  if (cidr === undefined || !isCidr(cidr)) return [];
  return listAt(block, 'except').flatMap((except, index) =>
    refuseIf(typeof except === 'string' && isCidr(except) && !isPartOf(cidr, except), () => ({
      at: ['except', index],
      what: `is ${quoted(except)}, which is no part of ${cidr}`,
      fix: `Write a block in ${cidr}, or remove it.`,
      there: ['cidr'],
    })),
  );
};

function isPartOf(cidr: string, inner: string): boolean {
  const [address = ''] = inner.split('/');
  return within(cidr, address) && prefixOf(inner) > prefixOf(cidr);
}
const prefixOf = (cidr: string): number => Number(cidr.split('/')[1]);
