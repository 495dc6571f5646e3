import { onlyNearest } from '../../model/nearest.ts';
import { slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import type { Service } from '../graph/ports.ts';
import { selectorText, selects } from '../graph/selectors.ts';
import { listed } from '../listed.ts';
import { called, type Check } from './subject.ts';

type Monitor = ObjectOf<'ServiceMonitor'>;

/** A ServiceMonitor must select Services, by their labels, that have the ports it names. */
export const monitors: Check = ({ graph }) =>
  graph.ofKind('ServiceMonitor').flatMap((monitor): Fault[] => {
    const { selector, endpoints } = monitor.content.spec;
    const inside = graph.ofKind('Service').filter(({ namespace }) => isIn(monitor, namespace));
    const selected = inside.filter(({ labels }) => selects(selector, labels));
    if (selected.length === 0) return [selectsNone(monitor, inside)];
    const names = selected.flatMap(({ content }) => content.spec.ports.flatMap(({ name }) => name ?? []));
    return endpoints.flatMap(({ port }, index): Fault[] => {
      if (port === undefined || names.includes(port)) return [];
      const here = placeIn(monitor, 'spec', 'endpoints', index, 'port');
      return [
        {
          code: 'PORT_NOT_SERVED',
          // Other manifests may have more that it selects.
          severity: 'warning',
          message: `${called(monitor)} asks port "${port}" of ${listed(selected, called)}, which ${selected.length === 1 ? 'has' : 'have'} ${listed(names) || 'none with a name'}.`,
          here,
          there: placeIn(selected[0] ?? monitor, 'spec', 'ports'),
          fix: 'Name a port of the Service.',
          ...slipOf(here, port, names),
        },
      ];
    });
  });

function isIn({ content, namespace }: Monitor, wanted: string): boolean {
  const { any, matchNames } = content.spec.namespaceSelector;
  return any || (matchNames.length > 0 ? matchNames.includes(wanted) : wanted === namespace);
}

/** The Services may come with other manifests, unless one has almost the labels. */
function selectsNone(monitor: Monitor, services: readonly Service[]): Fault {
  const { selector } = monitor.content.spec;
  const wanted = Object.entries(selector.matchLabels);
  const near = services.find(({ labels }) => {
    const [missed, ...others] = wanted.filter(([key, value]) => labels[key] !== value);
    const has = missed && labels[missed[0]];
    return missed && has !== undefined && others.length === 0 && onlyNearest(missed[1], [has]) !== undefined;
  });
  return {
    code: 'SELECTS_NOTHING',
    severity: near ? 'warning' : 'unknown',
    message: `${called(monitor)} selects Services with ${selectorText(selector)}, and none here has them${near ? `; ${called(near)} has almost` : ''}.`,
    here: placeIn(monitor, 'spec', 'selector'),
    ...(near ? { there: placeIn(near, 'metadata', 'labels') } : {}),
    fix: 'Select labels that the Service itself has.',
  };
}
