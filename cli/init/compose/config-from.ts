import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineStack, StackError } from '../../../model/define-stack.ts';
import { labelProblem } from '../../../model/names.ts';
import type { StackDefinition } from '../../../model/stack.ts';
import { builtInPacks } from '../../../proof/packs/built-in.ts';
import { readEnvFile, readNamedFile } from '../../named-file.ts';
import { codeOf, valueOf } from './code.ts';
import { draftOf } from './draft.ts';
import { readCompose, type ComposeService } from './read.ts';

/** What is known of images that people run beside their own. */
const knownImages = builtInPacks.flatMap(({ images = [] }) => images);

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
export function configFrom(path: string, { name, namespace }: Names): ConfigFrom {
  const compose = readCompose(readNamedFile(path), path, envBeside(path));
  const usual =
    compose.name !== undefined && labelProblem(compose.name) === undefined ? compose.name : 'demo';
  const called = name ?? usual;
  const { services, makers, notes } = draftOf(compose.services, knownImages);
  const stack = { name: called, namespace: namespace ?? called, services };
  return {
    text: programOf(stack, makers, basename(path)),
    services: services.length,
    notes: [
      ...compose.unread.map((key) => `${basename(path)}: ${key} was not read.`),
      ...sharedVolumes(compose.services),
      ...notes,
      ...contradictionsIn(stack),
    ],
  };
}

/** What compose reads by itself: the file `.env` beside it. */
function envBeside(path: string): Readonly<Record<string, string | undefined>> {
  const file = join(dirname(path), '.env');
  return existsSync(file) ? readEnvFile(file) : {};
}

/** A volume of several services is one in compose; in Kubernetes each pod has a claim of its own. */
function sharedVolumes(services: readonly ComposeService[]): string[] {
  const used = services.flatMap(({ name, mounts }) =>
    mounts
      .filter(({ kind, source }) => kind === 'volume' && source !== '')
      .map(({ source }) => ({ name, source })),
  );
  return [...Map.groupBy(used, ({ source }) => source)]
    .filter(([, by]) => new Set(by.map(({ name }) => name)).size > 1)
    .map(
      ([source, by]) =>
        `${by.map(({ name }) => name).join(', ')}: the volume ${source} is shared in compose; here each has its own, an empty one.`,
    );
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
