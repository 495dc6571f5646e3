import { amountOf } from '../../../model/quantity.ts';
import {
  atMostOne,
  isSet,
  listAt,
  partAt,
  quoted,
  refuseIf,
  textAt,
  type Part,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** What the API server says of claims, volumes of the cluster, ConfigMaps and Secrets. */

/** What a claim asks for. */
export const claimStorage: Rule = (spec) => {
  const storage = partAt(spec, 'resources', 'requests')['storage'];
  const isNone = (typeof storage === 'string' || typeof storage === 'number') && amountOf(storage) <= 0;
  return [
    ...refuseIf((storage ?? undefined) === undefined, () => ({
      at: ['resources', 'requests', 'storage'],
      what: 'is missing; a claim asks for an amount',
      fix: 'Write an amount such as 10Gi.',
    })),
    ...refuseIf(isNone, () => ({
      at: ['resources', 'requests', 'storage'],
      what: `is ${quoted(storage)}; expected more than 0`,
      fix: 'Write an amount such as 10Gi.',
    })),
  ];
};

/** A volume for one pod is for no others. */
export const accessModes: Rule = (spec) => {
  const modes = listAt(spec, 'accessModes');
  return refuseIf(modes.includes('ReadWriteOncePod') && new Set(modes).size > 1, () => ({
    at: ['accessModes'],
    what: 'has ReadWriteOncePod beside another mode',
    fix: 'Keep ReadWriteOncePod, or the others.',
  }));
};

const notSources = [
  ...['accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity', 'persistentVolumeReclaimPolicy'],
  ...['storageClassName', 'volumeAttributesClassName', 'volumeMode'],
];

/** A volume of the cluster is of one kind. */
export const persistentSource: Rule = (spec) => {
  const sources = Object.keys(spec).filter((key) => !notSources.includes(key) && isSet(spec, key));
  return [
    ...refuseIf(sources.length === 0, () => ({
      at: [],
      absent: true,
      what: 'has no source; expected one such as csi, nfs, hostPath or local',
      fix: 'Write where the volume is kept, such as csi.',
    })),
    ...atMostOne(...sources)(spec),
  ];
};

/** A key stands for a text or for bytes. */
export const keysOfBoth: Rule = (map) =>
  Object.keys(partAt(map, 'binaryData'))
    .filter((key) => isSet(map, 'data', key))
    .map((key) => ({
      at: ['binaryData', key],
      what: 'is a key of data too',
      fix: 'Remove one of the two.',
      there: ['data', key],
    }));

/** The keys that a Secret of a type must have: each group needs one of its keys. */
const keysOfTypes: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
  'kubernetes.io/basic-auth': [['username', 'password']],
};
const json = ['.dockerconfigjson', '.dockercfg'];

/** A Secret of a type of Kubernetes' own has its keys. */
export const secretKeys: Rule = (secret) => {
  const type = textAt(secret, 'type') ?? '';
  const list = isSet(secret, 'data') && !isSet(secret, 'stringData') ? 'data' : 'stringData';
  return (keysOfTypes[type] ?? []).flatMap((keys): readonly Refusal[] => {
    const found = keys.find((key) => isSet(secret, 'data', key) || isSet(secret, 'stringData', key));
    if (found === undefined)
      return [
        {
          at: [list, keys[0] ?? ''],
          what: `is missing; a Secret of type ${type} must have ${keys.join(' or ')}`,
          fix: `Write ${keys.join(' or ')}, or another type.`,
        },
      ];
    return refuseIf(json.includes(found) && !isJson(textOf(secret, found)), () => ({
      at: [isSet(secret, 'stringData', found) ? 'stringData' : 'data', found],
      what: `is no JSON; a Secret of type ${type} must have a map in JSON there`,
      fix: `Write what "kubectl create secret docker-registry" makes.`,
    }));
  });
};

const textOf = (secret: Part, key: string): string =>
  textAt(secret, 'stringData', key) ?? Buffer.from(textAt(secret, 'data', key) ?? '', 'base64').toString();

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A Secret for an account names it. */
export const accountOfToken: Rule = (secret) => {
  const annotation = 'kubernetes.io/service-account.name';
  return refuseIf(
    secret['type'] === 'kubernetes.io/service-account-token' &&
      textAt(secret, 'metadata', 'annotations', annotation) === undefined,
    () => ({
      at: ['metadata', 'annotations', annotation],
      what: 'is missing; a Secret of this type must name its ServiceAccount',
      fix: `Write the annotation ${annotation}.`,
    }),
  );
};
