import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { defineStack, StackError } from '../../../model/define-stack.ts';
import { labelProblem } from '../../../model/names.ts';
import type { ImageFacts } from '../../../model/pack.ts';
import type { StackDefinition } from '../../../model/stack.ts';
import { CommandError } from '../../errors.ts';
import { codeOf, valueOf } from './code.ts';
import { draftOf } from './draft.ts';
import { readCompose } from './read.ts';

/** A configuration file that is made of a compose file. */
export interface ConfigFrom {
  readonly text: string;
  readonly services: number;
  /** What was not read, or is assumed; then what is to be mended before it renders. */
  readonly notes: readonly string[];
}

interface Names {
  readonly name?: string;
  readonly namespace?: string;
}

/** Drafts a stack of what a compose file has. @throws CommandError NO_SUCH_FILE; USAGE when it is no compose file. */
export function configFrom(
  path: string,
  { name, namespace }: Names,
  images: readonly ImageFacts[],
): ConfigFrom {
  const compose = readCompose(textOf(path), path);
  const usual =
    compose.name !== undefined && labelProblem(compose.name) === undefined ? compose.name : 'demo';
  const called = name ?? usual;
  const { services, makers, notes } = draftOf(compose.services, images);
  const stack = { name: called, namespace: namespace ?? called, services };
  return {
    text: programOf(stack, makers, basename(path)),
    services: services.length,
    notes: [...notes, ...contradictionsIn(stack)],
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(
      'NO_SUCH_FILE',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

const programOf = (stack: object, makers: readonly string[], from: string): string =>
  `import { defineStack } from 'mooring';
${makers.length > 0 ? `import { ${makers.join(', ')} } from 'mooring/env';\n` : ''}
// Drafted from ${from}. What it does not say is assumed: images, users, sizes, memory. Read each service once.
//   npx mooring graph     shows who dials whom
//   npx mooring synth     writes the Kubernetes objects to dist/
//   npx mooring verify    checks them
export default defineStack(${codeOf(stack)});
`;

function contradictionsIn(stack: object): string[] {
  try {
    defineStack(valueOf(stack) as StackDefinition);
    return [];
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return error.problems.map(({ message }) => `To be mended: ${message}`);
  }
}
