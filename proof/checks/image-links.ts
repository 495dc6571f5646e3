import type { Graph } from '../graph/graph.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { linksInto } from '../graph/service-links.ts';
import { containerCalled, inContainer, inPod, when, type Check } from './subject.ts';
import { placeIn } from '../graph/objects.ts';
import { field } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { imageFactsOf } from '../graph/images.ts';

/** Programs that take every variable of one prefix for a setting, beside a Service whose links have that prefix. */
export const imageLinks: Check = ({ graph, beside }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Fault[] => {
      const { product, facts } = imageFactsOf(beside.images, workload, container);
      const settings = configurationOf(graph, workload, container);
      if (facts.some(({ lenient }) => lenient?.test(settings))) return [];
      const prefixes = facts.flatMap(({ prefix }) => (prefix ? [prefix(product)] : []));
      const link = linksInto(graph, workload).find(({ prefix: link }) =>
        prefixes.some((prefix) => link.startsWith(prefix)),
      );
      return when(link, () => ({
        code: 'SERVICE_LINK',
        // Which of them a version refuses to start with is not said.
        severity: 'warning',
        message: `${containerCalled(workload, container)} takes variables that begin with ${prefixes.join(', ')} for its settings, and Kubernetes sets ${link?.prefix ?? ''}PORT to an address like tcp://10.0.0.1:1234, because of Service ${link?.service.name ?? ''}.`,
        here: inContainer(container, 'name'),
        ...(link ? { there: placeIn(link.service, 'metadata', 'name') } : {}),
        fix: 'Set enableServiceLinks: false on the pod, or give the Service another name.',
        ...field(inPod(workload), 'enableServiceLinks', false),
      }));
    }),
  );

/** What a container is told by its variables and by the ConfigMaps of its pod, as one text. */
function configurationOf(graph: Graph, { namespace, pod }: Workload, { env }: Container): string {
  const mounted = pod.volumes
    .flatMap(({ configMap, projected }) => [
      configMap,
      ...(projected?.sources ?? []).map((one) => one.configMap),
    ])
    .flatMap((one) =>
      Object.entries((one && graph.find('ConfigMap', namespace, one.name))?.content.data ?? {}),
    );
  const told = env.map(({ name, value = '' }): [string, string] => [name, value]);
  return [...told, ...mounted].map(([name, text]) => `${name}: ${text}`).join('\n');
}
