import { distance } from 'fastest-levenshtein';
import { only, setting, slipOf, type Mended } from '../changes.ts';
import { nearest } from '../../model/nearest.ts';
import type { Fault } from '../findings.ts';
import type { Doc } from '../source.ts';
import { groupOf, newestVersion } from './kubernetes-types.ts';
import type { Validator } from './validator.ts';

/** Whether Kubernetes has the version and kind an object says it is of. */
export function identityFaults(doc: Doc, validator: Validator): Fault[] {
  const { types } = validator;
  const { apiVersion, kind } = doc.value as Readonly<Record<string, unknown>>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    const missing = typeof apiVersion === 'string' ? 'kind' : 'apiVersion';
    return [
      {
        code: 'UNKNOWN_KIND',
        message: `This is no Kubernetes object: it has no ${missing}.`,
        here: { doc, path: [missing] },
        fix: 'Give verify rendered manifests only, such as what helm template or kustomize build write.',
      },
    ];
  }
  const old = retiredFault(doc, validator, { apiVersion, kind });
  if (old) return [old];
  return types.typeOfKind(apiVersion, kind) === undefined
    ? unknownKind(doc, validator, { apiVersion, kind })
    : [];
}

interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
}

function retiredFault(doc: Doc, validator: Validator, { apiVersion, kind }: Identity): Fault | undefined {
  const { types } = validator;
  const { deprecated, removed, replacement } = types.retired(apiVersion, kind) ?? {};
  const fix = replacement
    ? `Write apiVersion: ${replacement.split(' ')[0] ?? ''}${otherKind(replacement, kind)}, and read what changed in it.`
    : 'Remove it.';
  const here = { doc, path: ['apiVersion'] };
  const mended = succeeding(doc, validator, kind, replacement);
  if (removed !== undefined && !types.isBefore(removed))
    return {
      code: 'API_REMOVED',
      message: `${kind} of ${apiVersion} is not served since Kubernetes ${removed}.`,
      here,
      fix,
      ...mended,
    };
  if (deprecated === undefined || types.isBefore(deprecated)) return undefined;
  const end = removed === undefined ? '' : ` and not served from ${removed} on`;
  return {
    code: 'API_DEPRECATED',
    message: `${kind} of ${apiVersion} is deprecated since Kubernetes ${deprecated}${end}.`,
    here,
    fix,
    ...mended,
  };
}

/** To the successor, where that has the same name. */
function succeeding(doc: Doc, validator: Validator, kind: string, replacement = ''): Mended {
  const [apiVersion = '', called = kind] = replacement.split(' ');
  return called === kind ? moving(doc, validator, { apiVersion, kind }) : {};
}

/** To another version in which the object is right as it stands. */
function moving(doc: Doc, validator: Validator, { apiVersion, kind }: Identity): Mended {
  const type = validator.types.typeOfKind(apiVersion, kind);
  if (type === undefined || validator.errorsOf(type, { ...doc.value, apiVersion }).length > 0) return {};
  return setting({ doc, path: ['apiVersion'] }, apiVersion);
}

const otherKind = (replacement: string, kind: string): string => {
  const [, other = kind] = replacement.split(' ');
  return other === kind ? '' : `, kind: ${other}`;
};

/** A version that has a kind of the name, and the nearest name of a kind of the version. */
interface Meant {
  readonly home: string | undefined;
  readonly near: string | undefined;
}

/** Alpha, beta, stable: a kind goes from one to the next. */
const maturityOf = (apiVersion: string): number => {
  const [, stage = 'stable'] = /(alpha|beta)\d+$/.exec(apiVersion) ?? [];
  return ['alpha', 'beta', 'stable'].indexOf(stage);
};

/**
 * Whether a release after the newest whose schema is known may have it: a new kind comes in a version that is not stable,
 * and is moved to riper ones.
 */
function mayBeNewer(apiVersion: string, { home, near }: Meant): boolean {
  if (home === undefined) return near === undefined && maturityOf(apiVersion) < maturityOf('v1');
  return groupOf(home) === groupOf(apiVersion) && maturityOf(home) < maturityOf(apiVersion);
}

const severityOf = ({ types }: Validator, apiVersion: string, meant: Meant): Pick<Fault, 'severity'> =>
  !types.isBefore(newestVersion()) && mayBeNewer(apiVersion, meant) ? { severity: 'unknown' } : {};

function unknownKind(doc: Doc, validator: Validator, { apiVersion, kind }: Identity): Fault[] {
  const { types } = validator;
  const homes = types.homesOf(kind);
  const [home] = homes;
  const kinds = types.kindsOf(apiVersion);
  // Any other API group may exist, unless it is a letter or two from one of Kubernetes' own.
  const isMeant = home !== undefined && distance(apiVersion.toLowerCase(), home) <= 2;
  if (!kinds && !types.isOwnGroup(apiVersion) && !isMeant) return [];
  const near = kinds && nearest(kind, kinds);
  return [
    {
      code: 'UNKNOWN_KIND',
      ...severityOf(validator, apiVersion, { home, near }),
      message: kinds
        ? `There is no kind "${kind}" in ${apiVersion}.`
        : `${kind} is said to be of apiVersion "${apiVersion}", which Kubernetes does not serve.`,
      here: { doc, path: [kinds ? 'kind' : 'apiVersion'] },
      fix: home
        ? `Write apiVersion: ${home}.`
        : near
          ? `Write kind: ${near}.`
          : 'Write a kind and apiVersion your cluster serves.',
      ...(home === undefined
        ? slipOf({ doc, path: ['kind'] }, kind, kinds ?? [])
        : only(homes, (apiVersion) => moving(doc, validator, { apiVersion, kind }))),
    },
  ];
}
