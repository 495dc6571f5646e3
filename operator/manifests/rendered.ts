import { renderStack } from '../../charts-ts/render.ts';
import { StackError } from '../../model/define-stack.ts';
import { readAnyDocument } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { reportingServices, type Stack } from '../../model/stack.ts';

/** What stacks of a kind are made of, as its defaults, presets and samples show it. */
export interface Rendered {
  /** Kinds of their objects besides Namespace and Secret, each once: `['apps/v1', 'Deployment']`. */
  readonly kinds: readonly (readonly [apiVersion: string, kind: string])[];
  /** The ports at which their pods report, each once. */
  readonly reportPorts: readonly number[];
}

export function renderedBy(kind: StackKind): Rendered {
  const stacks = stacksOf(kind);
  const objects = stacks.flatMap((stack) => renderStack(stack, { namespace: false }));
  const kinds = new Map(
    objects.map((one) => [`${one.apiVersion} ${one.kind}`, [one.apiVersion, one.kind] as const]),
  );
  return {
    kinds: [...kinds.values()],
    reportPorts: [...new Set(stacks.flatMap(reportPortsOf))],
  };
}

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
