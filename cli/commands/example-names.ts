import { pathsOf } from '../../model/document-fields.ts';
import type { Kinds } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { dialledPort, isWorkload, type Service, type Stack } from '../../model/stack.ts';

/** Names of a stack that the examples of `--help` may use. */
export interface ExampleNames {
  /** Its services: first the one that people use, then what it dials, then the rest. */
  readonly services: readonly string[];
  /** A variable that has the port of a dependency; absent: there is none. */
  readonly variable?: string;
  readonly port?: number;
  /** A group of the document that is called as a service. */
  readonly group?: string;
  readonly preset?: string;
}

/** The names of the first kind's default stack; of a kind whose document cannot be empty only the preset. */
export function exampleNames([kind]: Kinds): ExampleNames {
  const preset = kind.presets.at(-1);
  const known = preset === undefined ? {} : { preset };
  const document = kind.schema.safeParse({}).data;
  if (document === undefined) return { ...known, services: [] };
  const stack = kind.stack(document);
  const services = inOrder(kind, stack);
  const paths = new Set(pathsOf(kind.schema));
  const group = services.map(({ name }) => `spec.${name}`).findLast((path) => paths.has(path));
  return {
    ...known,
    ...dependencyOf(stack, services),
    ...(group === undefined ? {} : { group }),
    services: services.map(({ name }) => name),
  };
}

function inOrder({ opens }: StackKind, stack: Stack): Service[] {
  const services = stack.services.filter(isWorkload);
  const isUsed = ({ name, ports }: Service): boolean =>
    opens ? opens.service === name : Object.values(ports).some(({ from }) => from?.includes('world'));
  const used = services.find(isUsed);
  const dialled = new Set((used?.edges ?? []).map(({ to }) => to));
  const rank = (service: Service): number => (service === used ? 0 : dialled.has(service.name) ? 1 : 2);
  return services.sort((a, b) => rank(a) - rank(b));
}

function dependencyOf(stack: Stack, services: readonly Service[]): Pick<ExampleNames, 'variable' | 'port'> {
  for (const { edges = [] } of services)
    for (const { to, port: name, binds } of edges) {
      const port = stack.services.find((one) => one.name === to)?.ports[name];
      if (binds.port !== undefined && port) return { variable: binds.port, port: dialledPort(port) };
    }
  return {};
}
