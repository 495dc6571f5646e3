import { hostOf } from '../../model/environment.ts';
import { knownPort } from '../../model/known-port.ts';
import { dialledPort, isWorkload, type Port, type Service, type Stack } from '../../model/stack.ts';
import type { Subject } from '../subject.ts';
import { definedAt } from './definition.ts';

/** A port number, as one service of the stack listens on it or is reached at it. */
export interface PortExplained {
  readonly kind: 'port';
  readonly number: number;
  readonly service: string;
  readonly port: string;
  readonly means: string;
  readonly listensOn: number;
  /** Where peers dial it: `demo-queue:5672` in the cluster; null where only its own machine does. */
  readonly dialledAt: string | null;
  readonly onYourMachine: number | null;
  /** Services that dial it, each with the variable that tells it the number. */
  readonly dialledBy: readonly { readonly service: string; readonly variable: string | null }[];
  /** Who else may connect. */
  readonly from: readonly string[];
  /** The variable that tells the service itself what to listen on. */
  readonly toldBy: string | null;
  readonly definedAt: string | null;
}

/** A port number no service of the stack uses. */
export interface ForeignPort {
  readonly kind: 'foreign port';
  readonly number: number;
  /** What is usual there, after "<number> is"; null where nothing is. */
  readonly usually: string | null;
}

/** Every place of the stack where a number is a port. */
export function explainPort(subject: Subject, number: number): (PortExplained | ForeignPort)[] {
  const { kind, stack } = subject;
  const found = stack.services.flatMap((service) =>
    Object.entries(service.ports)
      .filter(([, port]) => numbersOf(service, port).includes(number))
      .map(([name, port]) => explained(subject, service, name, { ...port, number })),
  );
  return found.length > 0
    ? found
    : [{ kind: 'foreign port', number, usually: knownPort(kind.knownPorts, number)?.saying ?? null }];
}

function numbersOf(service: Service, port: Port): (number | undefined)[] {
  const here = [port.containerPort, dialledPort(port)];
  return service.kind === 'local' ? here : [...here, port.hostPort, port.nodePort];
}

function explained(
  { kind, stack }: Subject,
  service: Service,
  name: string,
  port: Port & { readonly number: number },
): PortExplained {
  const isLocal = service.kind === 'local';
  return {
    kind: 'port',
    number: port.number,
    service: service.name,
    port: name,
    means: port.doc,
    listensOn: port.containerPort,
    dialledAt: isLocal ? null : `${hostOf(stack, service)}:${dialledPort(port)}`,
    onYourMachine: isLocal ? port.containerPort : (port.hostPort ?? null),
    dialledBy: callersOf(stack, service, name),
    from: port.from ?? [],
    toldBy: isWorkload(service) ? (service.ownPorts?.[name] ?? null) : null,
    definedAt: definedAt(kind, new RegExp(`(containerPort|hostPort|nodePort): ${port.containerPort}\\b`)),
  };
}

function callersOf(stack: Stack, service: Service, port: string): PortExplained['dialledBy'] {
  return stack.services.flatMap((caller) =>
    (caller.edges ?? [])
      .filter((edge) => edge.to === service.name && edge.port === port)
      .map((edge) => ({
        service: caller.name,
        variable: edge.binds.port ?? Object.keys(edge.binds.urls ?? {})[0] ?? null,
      })),
  );
}
