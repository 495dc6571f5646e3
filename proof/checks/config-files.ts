import { parseAllDocuments, visit } from 'yaml';
import type { Fault } from '../findings.ts';
import { mountsOf, type MountedFile } from '../graph/files.ts';
import { resolveHost } from '../graph/hosts.ts';
import { nearest } from '../../model/nearest.ts';
import { containerCalled, type Check } from './subject.ts';

/** An address in a configuration file: a `host` beside a `port`. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** A host beside a port in a mounted file of YAML or JSON: a name without dots must be a Service's, if any is there. */
export const configFiles: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) => {
    const { namespace } = workload;
    const names = graph
      .ofKind('Service')
      .filter((one) => one.namespace === namespace)
      .map(({ name }) => name);
    if (names.length === 0) return [];
    return workload.containers.flatMap((container) =>
      mountsOf(graph, workload, container)
        .flatMap(({ files = [] }) => files)
        .flatMap((file) =>
          addressesIn(file)
            .filter(({ host }) => resolveHost(graph, namespace, host).kind === 'missing')
            .map(({ host, port }): Fault => {
              const near = nearest(host, names);
              return {
                code: 'HOST_UNKNOWN',
                severity: 'warning',
                message: `${file.path} of ${containerCalled(workload, container)} says host ${host} and port ${port}, and no Service in namespace ${namespace} is called that.`,
                here: file.place,
                fix: near === undefined ? `Name a Service: ${names.join(', ')}.` : `Write ${near}.`,
              };
            }),
        ),
    );
  });

function addressesIn({ path, text }: MountedFile): Address[] {
  if (text === undefined || !/\.(ya?ml|json)$/.test(path) || !text.includes('host')) return [];
  const documents = parseAllDocuments(text, { prettyErrors: false });
  const found: Address[] = [];
  for (const document of Array.isArray(documents) ? documents : [])
    // Aliases are not followed: no file may cost more than its size.
    visit(document, {
      Map: (_, map) => {
        const [host, port] = [map.get('host'), map.get('port')];
        if (typeof host === 'string' && typeof port === 'number' && isName(host)) found.push({ host, port });
      },
    });
  return found;
}

const isName = (host: string): boolean => /^[a-z][-a-z0-9]*$/.test(host);
