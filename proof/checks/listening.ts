import type { Fault } from '../findings.ts';
import { scriptOf } from '../graph/shell.ts';
import { placeIn } from '../graph/objects.ts';
import { declaredPorts, selectedBy, targetOf, type Service } from '../graph/ports.ts';
import type { Graph } from '../graph/graph.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Place } from '../source.ts';
import { containerCalled, inContainer, type Check } from './subject.ts';

/** Servers that are told by their arguments where to listen, and how. */
const servers: Readonly<
  Record<string, { readonly port: readonly string[]; readonly host: readonly string[] }>
> = {
  uvicorn: { port: ['--port'], host: ['--host'] },
  gunicorn: { port: [], host: ['--bind', '-b'] },
  hypercorn: { port: [], host: ['--bind', '-b'] },
  daphne: { port: ['--port', '-p'], host: ['--bind', '-b'] },
  granian: { port: ['--port'], host: ['--host'] },
  fastapi: { port: ['--port'], host: ['--host'] },
  flask: { port: ['--port', '-p'], host: ['--host', '-h'] },
  waitress: { port: ['--port'], host: ['--host', '--listen'] },
  streamlit: { port: ['--server.port'], host: ['--server.address'] },
  vllm: { port: ['--port'], host: ['--host'] },
  next: { port: ['--port', '-p'], host: ['--hostname', '-H'] },
  vite: { port: ['--port'], host: ['--host'] },
};

/** Where a server is told to listen. */
interface Listening {
  readonly server: string;
  readonly host?: string;
  readonly port?: number;
  readonly place: Place;
}

/** What a command tells a server: the port must be declared or led to, the address one that others can reach. */
export const listening: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init }) => !init)
      .flatMap((container) => {
        const told = toldBy(container);
        return told
          ? [
              ...otherPort(graph, workload, { container, told }),
              ...ownAddress(graph, workload, { container, told }),
            ]
          : portVariable(workload, container);
      }),
  );

/** The words of a command, or of the last line of its script, with what the environment holds for `$(X)`, `$X`. */
function wordsOf({ spec, env }: Container): readonly string[] {
  const words = [...spec.command, ...spec.args];
  const script = scriptOf(words);
  const all = script ? (script.text.trim().split('\n').at(-1)?.split(/\s+/) ?? []) : words;
  return all.map((word) =>
    word.replaceAll(
      /\$\(?\{?(\w+)[)}]?/g,
      (whole, name: string) => env.find((one) => one.name === name)?.value ?? whole,
    ),
  );
}

function toldBy(container: Container): Listening | undefined {
  const all = wordsOf(container).map((word) => word.replace(/^["']|["']$/g, ''));
  const at = all.findIndex((word) => Object.hasOwn(servers, programIn(word)));
  const words = all.slice(Math.max(at, 0));
  const name = programIn(words[0]);
  const options = servers[name];
  // A wrapper may come first: exec, python -m, poetry run. What follows a pipe or && is another command.
  if (!options || words.some((word) => /^(&&|\|\|?|;)$/.test(word))) return undefined;
  const bound = valueOf(words, options.host);
  const [, host = bound, behind] = /^(.*):(\d+)$/.exec(bound ?? '') ?? [];
  const port = Number(valueOf(words, options.port) ?? behind);
  return {
    server: name,
    ...(host === undefined ? {} : { host }),
    ...(Number.isInteger(port) ? { port } : {}),
    place: inContainer(container, container.spec.command.length > 0 ? 'command' : 'args'),
  };
}

const programIn = (word = ''): string => word.split('/').at(-1) ?? '';

/** The value of the last of some options: `--port 80`, `--port=80`. */
function valueOf(words: readonly string[], options: readonly string[]): string | undefined {
  const found = words.flatMap((word, index) => {
    const [option = '', value] = word.split(/=(.*)/);
    return options.includes(option) ? [value ?? words[index + 1] ?? ''] : [];
  });
  return found.at(-1);
}

const declared = (workload: Workload): number[] => declaredPorts(workload).map(({ number }) => number);

/** What is declared is for readers; a Service that leads to another port than is listened on is not. */
function otherPort(
  graph: Graph,
  workload: Workload,
  { container, told: { server, port, place } }: Told,
): Fault[] {
  const own = container.spec.ports.map(({ containerPort }) => containerPort);
  if (port === undefined || own.length === 0 || declared(workload).includes(port)) return [];
  const [only] = own;
  const service = own.length === 1 && only !== undefined ? leadingTo(graph, workload, only) : undefined;
  return [
    {
      code: 'CONTAINER_PORT',
      ...(service ? {} : { severity: 'warning' as const }),
      message: `${containerCalled(workload, container)} tells ${server} to listen on port ${port}, and declares ${own.join(', ')}${service ? `, where Service ${service.name} leads` : ''}.`,
      here: place,
      there: inContainer(container, 'ports', 0, 'containerPort'),
      fix: `Write ${own.join(' or ')} in the command, or declare ${port} and lead the Service there.`,
    },
  ];
}

interface Told {
  readonly container: Container;
  readonly told: Listening;
}

/** A Service with a port that leads to this one of the pods. */
const leadingTo = (graph: Graph, workload: Workload, port: number): Service | undefined =>
  graph
    .ofKind('Service')
    .find(
      (one) =>
        selectedBy(graph, one).includes(workload) &&
        one.content.spec.ports.some((offered) => targetOf(offered, workload)?.number === port),
    );

/** Only the pod itself reaches 127.0.0.1: not a Service, nor a probe. */
function ownAddress(
  graph: Graph,
  workload: Workload,
  { container, told: { server, host, port, place } }: Told,
): Fault[] {
  const own = host !== undefined && /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/.test(host);
  const number = port ?? container.spec.ports[0]?.containerPort;
  const service = number === undefined ? undefined : leadingTo(graph, workload, number);
  if (!own || !service) return [];
  return [
    {
      code: 'CONTAINER_PORT',
      message: `${containerCalled(workload, container)} tells ${server} to listen on ${host}, which only the pod itself reaches, and Service ${service.name} leads to its port ${number ?? ''}.`,
      here: place,
      there: placeIn(service, 'spec', 'ports'),
      fix: 'Listen on 0.0.0.0.',
    },
  ];
}

/** Most servers in containers listen where PORT says. */
function portVariable(workload: Workload, container: Container): Fault[] {
  const entry = container.env.find(({ name }) => name === 'PORT');
  const own = container.spec.ports.map(({ containerPort }) => containerPort);
  const number = Number(entry?.value);
  if (!entry || !(number > 0) || own.length === 0 || declared(workload).includes(number)) return [];
  return [
    {
      code: 'CONTAINER_PORT',
      severity: 'warning',
      message: `PORT of ${containerCalled(workload, container)} is ${number}, and the container declares ${own.join(', ')}: a program that reads PORT listens elsewhere than is declared.`,
      here: entry.place,
      there: inContainer(container, 'ports', 0, 'containerPort'),
      fix: `Write ${own.join(' or ')} in PORT, or declare ${number}.`,
    },
  ];
}
