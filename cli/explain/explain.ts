import type { Kinds } from '../../model/kinds.ts';
import { expectationOf, port, valueIn } from '../../model/variable.ts';
import { CommandError } from '../errors.ts';
import { print } from '../output.ts';
import { documentOf } from '../source.ts';
import type { Subject } from '../subject.ts';
import { explainField } from './fields.ts';
import { explainPort } from './ports.ts';
import { explainVariable } from './variables.ts';
import type { Explained } from './explained.ts';
import { suggestion } from './suggestion.ts';
import { inWords } from './words.ts';
import type { DocumentOptions, OutputOptions } from '../options.ts';

export type ExplainOptions = DocumentOptions & OutputOptions;

/** Says what a field, a variable or a port is. @throws CommandError NO_SUCH_NAME with the nearest known name. */
export async function explainCommand(kinds: Kinds, name: string, options: ExplainOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  const subject = { kind: found.kind, stack: found.stack() };
  const explained = explain(subject, name);
  await print(explained, inWords(subject, explained), options.output);
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
    `Nothing is called "${name}": no field of the document, no environment variable. ${suggestion(subject, name)}`,
  );
}
