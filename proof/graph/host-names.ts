import { isHostName, serverIn } from './addresses.ts';
import { scriptIn } from './command-edges.ts';
import { meaningOf } from './clients.ts';
import type { Dial, DialPart } from './dial.ts';
import type { EnvEntry } from './environment.ts';
import type { Graph } from './graph.ts';
import { resolveHost } from './hosts.ts';
import { simpleCommands } from './simple-commands.ts';
import names from './login-names.json' with { type: 'json' };
import type { Container, Workload } from './workloads.ts';

/** Variables that name hosts and no ports: `CACHE_HOST=cache`, `CASSANDRA_SEEDS=cassandra-0.cassandra,cassandra-1.cassandra`. */

const servers = [...names.databases, ...names.servers].join('|');

/** Of a server that is known by its name, which is dialled for certain; else its hosts are only probable. */
const ofServer = new RegExp(
  `(^|_)(${servers})_?(host|host_?name|hosts|seeds|nodes|brokers|servers|contact_points)$`,
  'i',
);
const ofHosts = /_(host|hosts|seeds|seed_hosts|brokers|contact_points)$/i;

/** What such variables name that is not there; of the others nothing can be said without a port. */
export const hostDials = (
  graph: Graph,
  workload: Workload,
  container: Container,
  known: readonly Dial[],
): Dial[] =>
  container.env.flatMap((entry) => {
    const server = serverIn(entry.value ?? '');
    const isCertain = server !== undefined || ofServer.test(entry.name);
    const isDialled = known.some(({ host }) => host.place === entry.place);
    const isNamed = meaningOf(entry.name) !== 'other' && (isCertain || ofHosts.test(entry.name));
    if (isDialled || (server === undefined && !isNamed)) return [];
    const { name, secret, place } = entry;
    const part = { variable: name, unset: false, place, ...(secret ? { secret: true as const } : {}) };
    return (server === undefined ? hostsIn(entry) : [server])
      .filter((host) => isMissing(graph, workload, host))
      .map((text): Dial => ({
        ...ofHost({ workload, container }, part, text),
        ...(isCertain || /\.svc(\.|$)/.test(text) ? {} : { known: 'guessed' }),
      }));
  });

/** What asks the name server for a name, as scripts do that wait for a Service. */
const lookups = /^(nslookup|host|getent|dig)$/;

/** The names that a script looks up and that are not there. */
export function lookedUp(graph: Graph, workload: Workload, container: Container): Dial[] {
  const script = scriptIn(container);
  if (!script) return [];
  return simpleCommands(script.text, new Map()).flatMap(({ words: [command = '', ...words], line }) => {
    const place = { doc: script.place.doc, path: [...script.place.path, line] };
    const part = { variable: command, unset: false, place, in: script.where };
    return words
      .filter((word) => lookups.test(command) && word !== 'hosts' && isHostName(word))
      .filter((host) => isMissing(graph, workload, host))
      .map((text): Dial => ({ ...ofHost({ workload, container }, part, text), known: 'read' }));
  });
}

/** A connection of which the host alone is written. */
const ofHost = (
  of: Pick<Dial, 'workload' | 'container'>,
  part: Omit<DialPart, 'text' | 'part'>,
  text: string,
): Dial => ({
  ...{ ...of, secrets: [] },
  host: { ...part, text, part: 'host' },
  port: { ...part, text: '', part: 'port' },
});

/** A list of names, and nothing else. */
function hostsIn({ value = '' }: EnvEntry): string[] {
  const all = value.split(/[\s,]+/).filter((host) => host !== '');
  return all.every(isHostName) ? all : [];
}

function isMissing(graph: Graph, { namespace, name }: Workload, host: string): boolean {
  // A pod may be called by its own name, and so may the pods of a set.
  const isPod =
    host.replace(/-\d+$/, '') === name || graph.find('StatefulSet', namespace, host.replace(/-\d+$/, ''));
  return !isPod && resolveHost(graph, namespace, host).kind === 'missing';
}
