import { configFile, configFiles } from '../../config/file.ts';
import { StackError } from '../../model/define-stack.ts';
import { labelProblem } from '../../model/names.ts';
import { CommandError } from '../errors.ts';
import { print } from '../output.ts';
import { mooringOfDocument } from '../same-stack.ts';
import type { InitOptions } from './init.ts';
import { starterConfig } from './starter-config.ts';
import { write } from './write.ts';

/** Options of a document, which a stack in code has no use for. */
const ofDocuments = ['kind', 'preset'] as const;

/**
 * Writes a stack in code to begin with, or one that is drafted from a compose file, into the working folder.
 * @throws CommandError CANNOT_WRITE when there is one, under any of its names; StackError for a bad name.
 */
export async function initConfig(words: readonly string[], options: InitOptions): Promise<void> {
  const [path] = configFiles;
  const { name = 'demo', namespace = name, force = false, output } = options;
  const other = ofDocuments.find((option) => options[option] !== undefined);
  if (words.length > 0)
    throw new CommandError(
      'USAGE',
      `--config writes ./${path}, where it is looked for; leave out ${words.join(' ')}.`,
    );
  if (other) throw new CommandError('USAGE', `--${other} is of a document; leave it out with --config.`);
  const problems = Object.entries({ name, namespace }).flatMap(([field, value]) => {
    const problem = labelProblem(value);
    return problem === undefined ? [] : [{ message: `${field}: "${value}" ${problem}.` }];
  });
  if (problems.length > 0) throw new StackError(`The new ${path}`, problems);
  const there = configFile();
  if (there !== undefined && there !== path)
    throw new CommandError(
      'CANNOT_WRITE',
      `${there} is there already; nothing was written. Remove it first.`,
    );
  const next = `Next: ${mooringOfDocument('synth')}`;
  if (options.from === undefined) {
    write(path, starterConfig({ name, namespace }), force);
    return print({ path, name, namespace }, `Wrote ${path}.\n${next}`, output);
  }
  // Loaded here: what is known of images is much, and nothing else of `init` needs it.
  const { configFrom } = await import('./compose/config-from.ts');
  const { text, services, notes } = configFrom(options.from, options);
  write(path, text, force);
  const said =
    notes.length === 0 ? '' : `Not read, or assumed:\n${notes.map((note) => `  ${note}\n`).join('')}`;
  await print(
    { path, services, notes },
    `Wrote ${path}: ${services} services from ${options.from}.\n${said}${next}`,
    output,
  );
}
