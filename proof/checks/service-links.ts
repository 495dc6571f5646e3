import { field } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { placeIn } from '../graph/objects.ts';
import { linksInto, type ServiceLink } from '../graph/service-links.ts';
import type { Container } from '../graph/workloads.ts';
import { called, inContainer, inPod, type Check } from './subject.ts';

/** Kubernetes writes `QUEUE_PORT=tcp://10.0.0.1:5672` into pods beside a Service called queue. */
export const serviceLinks: Check = ({ graph, known }) =>
  known.flatMap(({ workload, container, program }) =>
    Object.keys(program.service.variables ?? {}).flatMap((variable): Fault[] => {
      const link = linkOf(linksInto(graph, workload), container, variable);
      return link
        ? [
            {
              code: 'SERVICE_LINK',
              message: `${variable} of ${called(workload)} is not set, so Kubernetes sets it to an address like tcp://10.0.0.1:1234, because of ${called(link.service)}.`,
              here: inContainer(container, 'name'),
              there: placeIn(link.service, 'metadata', 'name'),
              fix: `Set enableServiceLinks: false on the pod, or set ${variable}.`,
              ...field(inPod(workload), 'enableServiceLinks', false),
            },
          ]
        : [];
    }),
  );

/** A program that is given `QUEUE_HOST` reads `QUEUE_PORT` too, if it reads it by the usual names. */
export const linksBesideHosts: Check = ({ graph, knownIn }) =>
  graph.workloads.flatMap((workload) => {
    const links = linksInto(graph, workload);
    return workload.containers
      .filter((container) => !knownIn(container))
      .flatMap((container) =>
        container.env.flatMap(({ name, value = '', place }): Fault[] => {
          // An address with a port needs none beside it.
          const [, variable] = /:/.test(value) ? [] : (/^(.+_)HOST$/.exec(name) ?? []);
          const port = `${variable ?? ''}PORT`;
          const link = variable === undefined ? undefined : linkOf(links, container, port);
          return link && container.envKnown
            ? [
                {
                  code: 'SERVICE_LINK',
                  severity: 'warning',
                  message: `${port} of ${called(workload)} is not set beside ${name}, so Kubernetes sets it to an address like tcp://10.0.0.1:1234, because of ${called(link.service)}: a program that reads it expects a number.`,
                  here: inContainer(container, 'name'),
                  there: place,
                  fix: `Set enableServiceLinks: false on the pod, or set ${port}.`,
                  ...field(inPod(workload), 'enableServiceLinks', false),
                },
              ]
            : [];
        }),
      );
  });

/** What sets `QUEUE_PORT` where the container itself does not. */
const linkOf = (
  links: readonly ServiceLink[],
  { variables }: Container,
  variable: string,
): ServiceLink | undefined =>
  variables.has(variable) ? undefined : links.find(({ prefix }) => `${prefix}PORT` === variable);
