import { hostOf, serviceOf } from '../model/environment.ts';
import {
  factsOf,
  productOf,
  recognitionsOf,
  type DialProtocol,
  type ProgramFacts,
  type Recognition,
} from '../model/program.ts';
import { dialledPort, type Edge, type Service, type Stack } from '../model/stack.ts';
import { asText } from '../model/variable.ts';

/** Where a dependency of a service is, and how it is asked. */
export interface Target {
  /** Its name in the stack. */
  readonly service: string;
  /** What people call what should answer there, such as `PostgreSQL`; the service's name when its program is unknown. */
  readonly product: string;
  readonly dial: DialProtocol;
  /** What may answer there instead. */
  readonly products: readonly Recognition[];
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user?: string | undefined;
  readonly secret?: string | undefined;
  /** The variables of the service that dials which say so; absent where none does. */
  readonly variables: TargetVariables;
  /** Where the stack has it, whatever the environment says. */
  readonly usualPort: number;
}

export interface TargetVariables {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly tls?: string | undefined;
  readonly secret?: string | undefined;
}

/** What dialling needs to know of a program. */
type Dialled = Pick<ProgramFacts, 'name' | 'product' | 'image' | 'dial' | 'recognised'>;

/** A parsed environment: values by variable name. */
type Values = Readonly<Record<string, unknown>>;

/** The dependencies of `service`: the target of each of its edges, as `targetOf` has it. */
export function targetsOf(stack: Stack, service: Service, env: Values, known: readonly Dialled[]): Target[] {
  return (service.edges ?? []).map((edge) => targetOf(stack, edge, env, known));
}

/**
 * Where an edge leads: where the environment of the service that has the edge says, and where the stack has the peer when
 * the environment does not say. A peer whose program is not among `known` is only connected to.
 * @throws RangeError when the stack has no such service or port.
 */
export function targetOf(stack: Stack, edge: Edge, env: Values, known: readonly Dialled[]): Target {
  const peer = serviceOf(stack, edge.to);
  return {
    service: peer.name,
    product: productOf(peer, known),
    dial: factsOf(peer, known)?.dial?.[edge.port] ?? { protocol: 'tcp' },
    products: recognitionsOf(known),
    ...addressOf(stack, peer, edge, env),
  };
}

function addressOf(
  stack: Stack,
  peer: Service,
  edge: Edge,
  env: Values,
): Omit<Target, 'service' | 'product' | 'dial' | 'products'> {
  const variables = variablesOf(edge);
  const port = peer.ports[edge.port];
  if (port === undefined) throw new RangeError(`The service "${peer.name}" has no port "${edge.port}".`);
  const said = (name: string | undefined): string | undefined =>
    name === undefined || env[name] === undefined ? undefined : asText(env[name]);
  const usualPort = dialledPort(port);
  const tls = said(variables.tls);
  return {
    host: said(variables.host) ?? hostOf(stack, peer),
    port: Number(said(variables.port) ?? usualPort),
    tls: tls === undefined ? peer.kind === 'external' && peer.tls : tls === 'true',
    user: said(edge.userVariable),
    secret: said(variables.secret),
    variables,
    usualPort,
  };
}

/** Of several secrets the first one: it is what clients show. */
function variablesOf({ binds }: Edge): TargetVariables {
  const [secret] = Object.values(binds.secrets ?? {});
  return { host: binds.host, port: binds.port, tls: binds.tls, secret };
}
