import { z } from 'zod';
import { factsOf, type ProgramFacts } from '../model/program.ts';
import { defineStack } from '../model/define-stack.ts';
import type { StackDocument, StackKind } from '../model/stack-kind.ts';
import { isWorkload, type Stack, type StackDefinition } from '../model/stack.ts';

/**
 * The kind of a stack that is written in code. Its document is made of the stack, which is closed data: the history holds
 * it whole, and a rollback reads it from there.
 */
export function kindOfStack(stack: Stack, writtenIn: string, known: readonly ProgramFacts[] = []): StackKind {
  const { name, namespace, ...definition } = { ...stack, checked: undefined };
  const apiVersion = 'mooring.dev/v1alpha1';
  const kind = 'Stack';
  const schema: z.ZodType<StackDocument> = z.strictObject({
    apiVersion: z.literal(apiVersion).default(apiVersion).describe('version of this form'),
    kind: z.literal(kind).default(kind).describe('what this document is'),
    metadata: z
      .strictObject({
        name: z.string().default(name).describe("prefix of every object's name"),
        namespace: z.string().default(namespace).describe('namespace of every object'),
      })
      .prefault({}),
    spec: z.looseObject({}).default(definition).describe('the stack, as defineStack takes it'),
  });
  return {
    ...{ apiVersion, kind, plural: 'stacks', shortNames: [], columns: [], schema, presets: [], writtenIn },
    ...{ programs: programsIn(stack, known), knownPorts: [] },
    starter: () => '',
    stack: ({ metadata, spec }) => defineStack({ ...(spec as StackDefinition), ...metadata }),
  };
}

/** What is known of the programs of its services, by their images. */
const programsIn = (stack: Stack, known: readonly ProgramFacts[]): ProgramFacts[] =>
  stack.services.filter(isWorkload).flatMap((service) => factsOf(service, known) ?? []);
