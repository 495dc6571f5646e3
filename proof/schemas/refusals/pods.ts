import { isIP } from 'node:net';
import { amountOf } from '../../../model/quantity.ts';
import { removing, setting } from '../../changes.ts';
import { isQualifiedName } from './metadata.ts';
import {
  atMostOne,
  exactlyOne,
  formed,
  isSet,
  listAt,
  listedWith,
  numberAt,
  partAt,
  partsAt,
  quoted,
  refuseIf,
  repeated,
  textAt,
  within,
  type Part,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** What the API server says of pods and their containers. */

const named = (pod: Part, list: 'containers' | 'initContainers') =>
  partsAt(pod, list).map((container, index) => ({
    container,
    name: textAt(container, 'name'),
    at: [list, index],
  }));

/** Containers and init containers of a pod have names of their own. */
export const containerNames: Rule = (pod) =>
  repeated([...named(pod, 'containers'), ...named(pod, 'initContainers')], ({ name }) => name).map(
    ({ entry, first }) => ({
      at: [...entry.at, 'name'],
      what: `is ${quoted(entry.name)}, the name of another container of the pod`,
      fix: 'Give each container of the pod a name of its own.',
      there: [...first.at, 'name'],
    }),
  );

const ofLongContainers = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

/** An init container that ends is not probed; one with restartPolicy Always runs beside the others. */
export const initContainers: Rule = (pod) =>
  named(pod, 'initContainers')
    .filter(({ container }) => container['restartPolicy'] !== 'Always')
    .flatMap(({ container, at }) =>
      ofLongContainers
        .filter((field) => isSet(container, field))
        .map((field) => ({
          at: [...at, field],
          what: 'is allowed only where the init container has restartPolicy: Always',
          fix: `Remove ${field}, or write restartPolicy: Always if it is to run beside the containers.`,
        })),
    );

/** On the network of the host a port of a container is one of the host. */
export const hostPorts: Rule = (pod) => {
  const ports = named(pod, 'containers').flatMap(({ container, at }) =>
    partsAt(container, 'ports').map((port, index) => ({ port, at: [...at, 'ports', index] })),
  );
  const other = pod['hostNetwork'] === true ? ports.filter(({ port }) => differs(port)) : [];
  return [
    ...other.map(({ port, at }) => ({
      at: [...at, 'hostPort'],
      what: `is ${quoted(port['hostPort'])}; with hostNetwork it must be the containerPort, ${quoted(port['containerPort'])}`,
      fix: 'Write the same number at both, or remove hostPort.',
    })),
    ...repeated(ports, ({ port }) => hostPortOf(port)).map(({ entry, first }) => ({
      at: [...entry.at, 'hostPort'],
      what: `is ${quoted(entry.port['hostPort'])}, which another port of the pod has`,
      fix: 'Give each port of the host to one port of the pod.',
      there: [...first.at, 'hostPort'],
    })),
  ];
};

const differs = (port: Part): boolean =>
  (numberAt(port, 'hostPort') ?? 0) !== 0 && port['hostPort'] !== port['containerPort'];

const hostPortOf = (port: Part): string | undefined => {
  const number = numberAt(port, 'hostPort') ?? 0;
  return number === 0
    ? undefined
    : [textAt(port, 'protocol') ?? 'TCP', textAt(port, 'hostIP') ?? '', number].join(' ');
};

/** Without a policy of its own a pod is told its name servers. */
export const nameServers: Rule = (pod) =>
  refuseIf(pod['dnsPolicy'] === 'None' && listAt(pod, 'dnsConfig', 'nameservers').length === 0, () => ({
    at: ['dnsPolicy'],
    what: 'is "None", and dnsConfig.nameservers has no name server',
    fix: 'Write dnsConfig.nameservers, or another dnsPolicy.',
  }));

/** Pods are spread over a label once for each answer to what cannot be spread. */
export const spreads: Rule = (pod) =>
  repeated(
    partsAt(pod, 'topologySpreadConstraints').map((spread, index) => ({ spread, index })),
    ({ spread }) =>
      isSet(spread, 'topologyKey') ? quoted([spread['topologyKey'], spread['whenUnsatisfiable']]) : undefined,
  ).map(({ entry, first }) => ({
    at: ['topologySpreadConstraints', entry.index],
    what: 'has the topologyKey and the whenUnsatisfiable of another one',
    fix: 'Keep one of them.',
    there: ['topologySpreadConstraints', first.index],
  }));

/** The four sources of a variable. */
const valueSources = exactlyOne('configMapKeyRef', 'secretKeyRef', 'fieldRef', 'resourceFieldRef');

/** A variable has a value or one source of one. */
export const variableSource: Rule = (variable) =>
  isSet(variable, 'valueFrom') && textAt(variable, 'value') !== undefined
    ? [
        {
          at: ['valueFrom'],
          what: 'stands beside a value; a variable has one of the two',
          fix: 'Remove value or valueFrom.',
          there: ['value'],
        },
      ]
    : [];

/** `fileKeyRef` is one of a release to come, as is what else a newer schema has. */
export const sourceOfValue: Rule = (source) => (isSet(source, 'fileKeyRef') ? [] : valueSources(source));

const fieldsOfPods = [
  ...['metadata.name', 'metadata.namespace', 'metadata.uid'],
  ...['spec.nodeName', 'spec.serviceAccountName'],
  ...['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'],
];

/** The field of a pod that a variable can have. */
export const podField: Rule = (variable) => {
  const at = ['valueFrom', 'fieldRef', 'fieldPath'];
  const found = textAt(variable, ...at);
  const [, key] = /^metadata\.(?:labels|annotations)\['(.*)'\]$/.exec(found ?? '') ?? [];
  const isKnown = found === undefined || fieldsOfPods.includes(found) || found === 'spec.serviceAccount';
  return refuseIf(!isKnown && (key === undefined || !isQualifiedName(key.toLowerCase())), () => ({
    at,
    what: `is ${quoted(found)}, which a variable cannot have`,
    fix: `Write ${listedWith('or', [...fieldsOfPods, "metadata.labels['KEY']", "metadata.annotations['KEY']"])}.`,
  }));
};

/** The resource of a container that a variable can have. */
export const containerResource: Rule = (variable) =>
  formed(
    ['valueFrom', 'resourceFieldRef', 'resource'],
    /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/,
    'limits or requests of cpu, memory or ephemeral-storage, such as limits.memory',
  )(variable);

/** A probe has one way to ask, a hook one thing to do. */
export const probe: Rule = exactlyOne('exec', 'httpGet', 'tcpSocket', 'grpc');
export const hook: Rule = exactlyOne('exec', 'httpGet', 'tcpSocket', 'sleep');

/** What only one of a container's probes can have. */
export const probesOfContainer: Rule = (container) => [
  ...['livenessProbe', 'startupProbe'].flatMap((field) => {
    const found = numberAt(container, field, 'successThreshold');
    return refuseIf(found !== undefined && found > 1, () => ({
      at: [field, 'successThreshold'],
      what: `is ${found ?? ''}; of a ${field} it must be 1`,
      fix: 'Write 1, or remove successThreshold.',
      mend: (place) => setting(place, 1),
    }));
  }),
  ...refuseIf(isSet(container, 'readinessProbe', 'terminationGracePeriodSeconds'), () => ({
    at: ['readinessProbe', 'terminationGracePeriodSeconds'],
    what: 'is not allowed in a readinessProbe: it ends no container',
    fix: 'Remove it.',
    mend: removing,
  })),
];

/** A privileged container may escalate. Of SYS_ADMIN the API server refuses only the name with CAP_. */
export const escalation: Rule = (context) =>
  refuseIf(
    context['allowPrivilegeEscalation'] === false &&
      (context['privileged'] === true || listAt(context, 'capabilities', 'add').includes('CAP_SYS_ADMIN')),
    () => ({
      at: ['allowPrivilegeEscalation'],
      what: 'is false, while the container is privileged or has CAP_SYS_ADMIN: it may escalate',
      fix: 'Remove privileged and CAP_SYS_ADMIN, or allowPrivilegeEscalation.',
    }),
  );

const ownResources = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/;

/** Containers share cpu and memory; any other resource is named with its domain, and given to one alone. */
export const resources: Rule = (amounts) =>
  ['limits', 'requests'].flatMap((list) =>
    Object.keys(partAt(amounts, list)).flatMap((name): readonly Refusal[] => {
      if (!ownResources.test(name) && !name.includes('/'))
        return [
          {
            at: [list, name],
            what: 'is no resource of a container; expected cpu, memory, ephemeral-storage, or one with its domain, such as example.org/gpu',
            fix: 'Write cpu, memory or ephemeral-storage.',
          },
        ];
      if (list === 'limits' || ownResources.test(name)) return [];
      const [asked, most] = [list, 'limits'].map((field) => partAt(amounts, field)[name]);
      return refuseIf(most === undefined || !isSameAmount(asked, most), () => ({
        at: [list, name],
        what: `is ${quoted(asked)}; of ${name} the limit must be there and the same`,
        fix: `Write limits.${name}: ${String(asked)}.`,
      }));
    }),
  );

const isSameAmount = (one: unknown, other: unknown): boolean => valueOf(one) === valueOf(other);
const valueOf = (amount: unknown): number =>
  typeof amount === 'string' || typeof amount === 'number' ? amountOf(amount) : 0;

/** A volume is of one kind; of none, it is an empty folder. */
export const volumeSource: Rule = (volume) =>
  atMostOne(...Object.keys(volume).filter((key) => key !== 'name'))(volume);

/** A path in a volume stays in it. */
const inside = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/;
const insideWords = 'a path without a "/" at its start and without ".."';

export const pathInVolume: Rule = (mount) => [
  ...['subPath', 'subPathExpr'].flatMap((field) => formed([field], inside, insideWords)(mount)),
  ...refuseIf(textAt(mount, 'subPath') !== undefined && textAt(mount, 'subPathExpr') !== undefined, () => ({
    at: ['subPathExpr'],
    what: 'stands beside subPath; a mount has one of the two',
    fix: 'Remove subPath or subPathExpr.',
    there: ['subPath'],
  })),
];

/** A file of a ConfigMap, a Secret or of the pod's own fields. */
export const fileInVolume: Rule = formed(['path'], inside, insideWords);

/** In YAML 1.1 a number with a 0 before it counts by eight: 0644 is 420. */
export const fileModes =
  (...fields: readonly string[]): Rule =>
  (part) =>
    within(
      0,
      0o777,
      ...fields,
    )(part).map((refusal) => ({
      ...refusal,
      what: `${refusal.what.split(';')[0] ?? ''}; expected a mode from 0 to 0777 (511)`,
      fix: 'Write the mode with a 0 before it, such as 0644, or as a decimal number up to 511.',
    }));

/** The files of all sources of a volume are at different paths. */
export const projectedPaths: Rule = (projected) => {
  const files = partsAt(projected, 'sources').flatMap((source, index) =>
    ['secret', 'configMap', 'downwardAPI'].flatMap((kind) =>
      partsAt(source, kind, 'items').map((item, nth) => ({
        path: textAt(item, 'path'),
        at: ['sources', index, kind, 'items', nth, 'path'],
      })),
    ),
  );
  return repeated(files, ({ path }) => path).map(({ entry, first }) => ({
    at: entry.at,
    what: `is ${quoted(entry.path)}, the path of another file of the volume`,
    fix: 'Give each file a path of its own.',
    there: first.at,
  }));
};

/** What a toleration tolerates. */
export const toleration: Rule = (one) => {
  const exists = one['operator'] === 'Exists';
  return [
    ...refuseIf(textAt(one, 'key') === undefined && !exists, () => ({
      at: ['operator'],
      what: `is ${quoted(one['operator'] ?? 'Equal')}; without a key it must be Exists`,
      fix: 'Write a key, or operator: Exists.',
    })),
    ...refuseIf(exists && textAt(one, 'value') !== undefined, () => ({
      at: ['value'],
      what: `is ${quoted(one['value'])}; with the operator Exists there must be none`,
      fix: 'Remove value, or write operator: Equal.',
    })),
    ...refuseIf(isSet(one, 'tolerationSeconds') && one['effect'] !== 'NoExecute', () => ({
      at: ['effect'],
      what: `is ${quoted(one['effect'] ?? '')}; with tolerationSeconds it must be NoExecute`,
      fix: 'Write effect: NoExecute, or remove tolerationSeconds.',
    })),
  ];
};

export const hostAlias: Rule = (alias) => {
  const ip = textAt(alias, 'ip');
  return refuseIf(ip === undefined || isIP(ip) === 0, () => ({
    at: ['ip'],
    what: `is ${ip === undefined ? 'nothing' : quoted(ip)}; expected an IP address`,
    fix: 'Write an IP address.',
  }));
};

const selectorOperators: Readonly<Record<string, (values: number) => boolean>> = {
  In: (values) => values > 0,
  NotIn: (values) => values > 0,
  Exists: (values) => values === 0,
  DoesNotExist: (values) => values === 0,
  Gt: (values) => values === 1,
  Lt: (values) => values === 1,
};

/** A condition on a node's label. */
export const nodeCondition: Rule = (condition) => {
  const operator = textAt(condition, 'operator') ?? '';
  const values = listAt(condition, 'values').length;
  const isRight = selectorOperators[operator];
  return refuseIf(isRight && !isRight(values), () => ({
    at: ['values'],
    what: `has ${values} values, which the operator ${operator} does not take`,
    fix: 'Write one value for Gt and Lt, some for In and NotIn, and none for Exists and DoesNotExist.',
  }));
};
