import { renderStack } from '../../charts-ts/render.ts';
import { toldServices } from '../../deploy/rotate.ts';
import { generatedSecretKeys } from '../../model/environment.ts';
import { StackError } from '../../model/define-stack.ts';
import { readAnyDocument } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { reportingServices, type Stack } from '../../model/stack.ts';

/** What stacks of a kind are made of, as its defaults, presets and samples show it. */

/** Kinds of their objects besides Namespace and Secret, each once. */
export function kindsRendered(kind: StackKind): (readonly [apiVersion: string, kind: string])[] {
  const objects = stacksOf(kind).flatMap((stack) => renderStack(stack, { namespace: false }));
  const kinds = new Map(
    objects.map((one) => [`${one.apiVersion} ${one.kind}`, [one.apiVersion, one.kind] as const]),
  );
  return [...kinds.values()];
}

/** The ports at which their pods report, each once. */
export const reportPorts = (kind: StackKind): number[] => [...new Set(stacksOf(kind).flatMap(reportPortsOf))];

/** The ports of services that are told new secrets, each once. */
export const toldPorts = (kind: StackKind): number[] => [
  ...new Set(
    stacksOf(kind)
      .flatMap((stack) => toldServices(stack, kind.rotate ?? {}))
      .flatMap(({ service }) => Object.values(service.ports).map(({ containerPort }) => containerPort)),
  ),
];

/** Whether a stack of a kind has secrets that can be rotated. */
export const hasOwnSecrets = (kind: StackKind): boolean =>
  stacksOf(kind).some((stack) => generatedSecretKeys(stack).length > 0);

function stacksOf(kind: StackKind): Stack[] {
  const { samples = [], presets } = kind;
  return [
    stackOf(kind, {}),
    ...presets.flatMap((preset) => ifAccepted(() => stackOf(kind, { preset }))),
    ...samples.map((spec) => stackOf(kind, spec)),
  ];
}

function stackOf(kind: StackKind, spec: object): Stack {
  const { document } = readAnyDocument([kind], { spec }, `A sample of ${kind.kind}`);
  return kind.stack(document);
}

/** A preset may demand what has no default; then a sample has it. */
function ifAccepted(stack: () => Stack): Stack[] {
  try {
    return [stack()];
  } catch (error) {
    if (error instanceof StackError) return [];
    throw error;
  }
}

const reportPortsOf = (stack: Stack): number[] =>
  reportingServices(stack).flatMap(({ ports, report }) => ports[report?.port ?? '']?.containerPort ?? []);
