import { boundBy, environmentOf, hostOf, serviceOf } from '../../model/environment.ts';
import { dialledPort, type Service, type Stack } from '../../model/stack.ts';
import { asText, expectationOf, type Variable } from '../../model/variable.ts';
import type { Subject } from '../subject.ts';
import { definedAt } from './definition.ts';

/** An environment variable, as one service reads it. */
export interface VariableExplained {
  readonly kind: 'variable';
  readonly name: string;
  readonly readBy: string;
  readonly means: string;
  readonly expected: string;
  readonly default: string | null;
  readonly unit: string | null;
  readonly secret: boolean;
  /** Only meaningful on a developer's machine: manifests leave it out. */
  readonly local: boolean;
  /** What this stack gives it, and who says so; null where it gives none. A secret's place, never its value. */
  readonly inThisStack: { readonly value: string; readonly from: string } | null;
  /** Who listens where this variable points: `queue, port "amqp", at demo-queue:5672`; null for other variables. */
  readonly pointsAt: string | null;
  readonly definedAt: string | null;
}

/** Every service that reads a variable of this name. */
export function explainVariable(subject: Subject, name: string): VariableExplained[] {
  return subject.stack.services.flatMap((service) => {
    const { variables = {} } = service;
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return variable === undefined ? [] : [explained(subject, service, name, variable)];
  });
}

function explained(
  { kind, stack }: Subject,
  service: Service,
  name: string,
  variable: Variable,
): VariableExplained {
  return {
    kind: 'variable',
    name,
    readBy: service.name,
    means: variable.doc,
    expected: expectationOf(variable),
    default: variable.secret || variable.default === undefined ? null : asText(variable.default),
    unit: variable.unit ?? null,
    secret: variable.secret ?? false,
    local: variable.local ?? false,
    inThisStack: valueIn(stack, service, name),
    pointsAt: targetOf(stack, service, name),
    definedAt: definedAt(kind, new RegExp(`^\\s*${name}:`)),
  };
}

function targetOf(stack: Stack, service: Service, name: string): string | null {
  const edge = service.edges?.find(({ binds }) => boundBy({ ...binds, secrets: {} }).includes(name));
  if (!edge) return null;
  const target = serviceOf(stack, edge.to);
  const port = target.ports[edge.port];
  return port
    ? `${target.name}, port "${edge.port}", at ${hostOf(stack, target)}:${dialledPort(port)}`
    : null;
}

function valueIn(stack: Stack, service: Service, name: string): VariableExplained['inThisStack'] {
  const given = environmentOf(stack, service).find((value) => value.name === name);
  if (!given) return null;
  const value = 'value' in given ? given.value : `Secret ${given.secret.name}, key ${given.secret.key}`;
  return { value, from: given.from };
}

/** The names every service reads, for suggestions. */
export function variableNames(stack: Stack): string[] {
  return [...new Set(stack.services.flatMap((service) => Object.keys(service.variables ?? {})))];
}
