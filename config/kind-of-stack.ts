import { z } from 'zod';
import { repositoryOf } from '../model/image-repository.ts';
import { factsOf, type ProgramFacts } from '../model/program.ts';
import { defineStack } from '../model/define-stack.ts';
import type { StackDocument, StackKind } from '../model/stack-kind.ts';
import { isWorkload, type Stack, type StackDefinition, type Workload } from '../model/stack.ts';

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

/**
 * The programs of its services: of a known image with what is known of it, of any other with its service alone. A service
 * is then taken for no other kind's of its name.
 */
const programsIn = (stack: Stack, known: readonly ProgramFacts[]): ProgramFacts[] =>
  stack.services.filter(isWorkload).map((service) => factsOf(service, known) ?? factsOfService(service));

const factsOfService = ({ name, program = name, container }: Workload): ProgramFacts => ({
  ...{ name: program, product: name, image: repositoryOf(container.image) },
  told: () => ({}),
  speaksTls: () => false,
});
