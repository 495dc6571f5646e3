import type { Container, ServiceSpec } from 'kubernetes-types/core/v1.js';
import { fieldManager } from '../../model/names.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { podTemplateOf, type Service } from '../../kube/kinds.ts';
import { setBy } from '../set-by.ts';
import type { Check } from './check.ts';

/** What connects a stack: which image listens where, and which Service leads there. */
type Wiring = Readonly<Record<string, string>>;

function wiringOf(object: KubeObject): Wiring {
  if (object.kind === 'Service') return serviceWiring((object as Service).spec);
  return Object.fromEntries((podTemplateOf(object)?.spec?.containers ?? []).flatMap(containerWiring));
}

function serviceWiring({ selector = {}, ports = [] }: ServiceSpec): Wiring {
  const labels = Object.entries(selector).sort();
  return {
    selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    ...Object.fromEntries(
      ports.map(({ name = '', port, targetPort }) => [`port "${name}"`, `${port} → ${targetPort ?? port}`]),
    ),
  };
}

function containerWiring({ name, image = '', ports = [] }: Container): [string, string][] {
  return [
    [`image of container "${name}"`, image],
    ...ports.map(({ name: port = '', containerPort }): [string, string] => [
      `port "${port}" of container "${name}"`,
      String(containerPort),
    ]),
  ];
}

const wiredKinds = ['Service', 'Deployment', 'StatefulSet'];

/**
 * Where Services, ports and images in the cluster are not what the manifests say; what is not there at all is told by
 * `objectChecks`.
 * @param remedy what takes objects back; `undefined` where nothing is known to.
 */
export function wiringChecks(
  rendered: readonly KubeObject[],
  live: readonly KubeObject[],
  remedy: string | undefined,
): Check[] {
  const wired = rendered
    .filter(({ kind }) => wiredKinds.includes(kind))
    .flatMap((wanted) => {
      const found = live.find((one) => nameOf(one) === nameOf(wanted));
      return found ? [{ wanted, found }] : [];
    });
  const checks = wired.flatMap(({ wanted, found }) => differences(wanted, found, remedy));
  if (checks.length > 0) return checks;
  return [
    {
      id: 'wiring',
      verdict: 'ok',
      says: `Images, ports and the Services that lead there are what the manifests say (${wired.length} objects).`,
    },
  ];
}

function differences(wanted: KubeObject, found: KubeObject, fix: string | undefined): Check[] {
  const [should, is] = [wiringOf(wanted), wiringOf(found)];
  return [...new Set([...Object.keys(should), ...Object.keys(is)])]
    .filter((what) => should[what] !== is[what])
    .map((what) => ({
      id: `wiring/${nameOf(wanted)}/${what}`,
      verdict: 'wrong',
      says: `${nameOf(wanted)}: ${what} is ${is[what] ?? 'not there'} in the cluster, but ${should[what] ?? 'nothing'} in the manifests.`,
      places: [
        { layer: 'rendered', value: should[what] ?? null, where: nameOf(wanted) },
        { layer: 'live', value: is[what] ?? null, where: `${nameOf(found)}${lastChange(found)}` },
      ],
      ...(fix ? { fix } : {}),
    }));
}

/** The last other manager that wrote to an object's spec. */
function lastChange({ metadata }: KubeObject): string {
  const others = (metadata.managedFields ?? []).filter(
    ({ manager, subresource, fieldsV1 }) =>
      manager !== fieldManager && subresource === undefined && Object.hasOwn(fieldsV1 ?? {}, 'f:spec'),
  );
  const last = others.sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0];
  return last ? `, last ${setBy({ manager: last.manager ?? 'unknown', at: last.time })}` : '';
}
