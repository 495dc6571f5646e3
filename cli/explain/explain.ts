import type { Kinds } from '../../model/kinds.ts';
import { expectationOf, port, valueIn } from '../../model/variable.ts';
import { CommandError } from '../errors.ts';
import { print } from '../output.ts';
import { documentOf } from '../source.ts';
import type { Subject } from '../subject.ts';
import { listedCodes, listInWords, meaningsOfCodes } from './codes.ts';
import { explainField } from './fields.ts';
import { explainPort } from './ports.ts';
import { explainVariable } from './variables.ts';
import type { Explained } from './explained.ts';
import { suggestion } from './suggestion.ts';
import { inWords } from './words.ts';
import type { DocumentOptions, OutputOptions } from '../options.ts';

export type ExplainOptions = DocumentOptions & OutputOptions;

/**
 * Says what a code, a field, a variable or a port is; without a name, which codes there are.
 * @throws CommandError NO_SUCH_NAME with the nearest known name.
 */
export async function explainCommand(
  kinds: Kinds,
  name: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  if (name === undefined) return print(listedCodes(), listInWords(), options.output);
  if (Object.hasOwn(meaningsOfCodes(), name)) return printCode(kinds, name, options);
  const found = documentOf(kinds, options.file);
  const subject = { kind: found.kind, stack: found.stack() };
  const explained = explain(subject, name);
  await print(explained, inWords(subject, explained), options.output);
}

/** What verify needs is loaded only here. */
async function printCode(kinds: Kinds, name: string, { output }: ExplainOptions): Promise<void> {
  const { codeInWords, explainCode } = await import('./code.ts');
  const explained = explainCode(kinds, name);
  if (explained) return print([explained], codeInWords(explained), output);
}

/** Everything of the stack that is called so. */
export function explain(subject: Subject, name: string): Explained[] {
  if (/^\d+$/.test(name)) {
    const number = port({ doc: '' });
    if (valueIn(number, name) === undefined)
      throw new CommandError('NO_SUCH_NAME', `${name} is no port; expected ${expectationOf(number)}.`);
    return explainPort(subject, Number(name));
  }
  const found = [...explainVariable(subject, name), ...explainField(subject.kind, name)];
  if (found.length > 0) return found;
  throw new CommandError(
    'NO_SUCH_NAME',
    `Nothing is called "${name}": no field of the document, no environment variable, no code. ${suggestion(subject, name)}`,
  );
}
