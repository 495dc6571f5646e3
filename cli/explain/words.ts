import { knownPort } from '../../model/known-port.ts';
import type { Subject } from '../subject.ts';
import type { Explained } from './explained.ts';
import type { FieldExplained } from './fields.ts';
import type { ForeignPort, PortExplained } from './ports.ts';
import type { VariableExplained } from './variables.ts';

/** What was found, as text: a paragraph each, fields as a list when there are many. */
export function inWords(subject: Subject, explained: readonly Explained[]): string {
  const fields = explained.filter((one) => one.kind === 'field');
  const list = fields.length > 1 ? [fields.map(fieldLine).join('\n')] : fields.map(field);
  const others = explained.filter((one) => one.kind !== 'field').map((one) => paragraph(subject, one));
  return [...others, ...list].join('\n\n');
}

function paragraph(subject: Subject, one: VariableExplained | PortExplained | ForeignPort): string {
  switch (one.kind) {
    case 'variable':
      return variable(subject, one);
    case 'port':
      return port(subject, one);
    case 'foreign port':
      return `${one.number}: no service of stack "${subject.stack.name}" uses this port.${
        one.usually === null ? '' : ` It is ${one.usually}.`
      }`;
  }
}

/** Rows of "what: value", without those that have no value. */
export function rows(title: string, ...pairs: (readonly [string, string | null | undefined])[]): string {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return [title, ...told.map(([what, value]) => `  ${`${what}:`.padEnd(18)}${value ?? ''}`)].join('\n');
}

function variable({ stack }: Subject, one: VariableExplained): string {
  const { inThisStack } = one;
  return rows(
    `${one.name}: ${one.means}`,
    ['read by', one.readBy],
    ['expected', one.expected],
    ['default', one.default === null ? (one.secret ? null : 'none; optional') : withUnit(one)],
    ['secret', one.secret ? 'yes; never printed' : null],
    ['in manifests', one.local ? "never: only meaningful on a developer's machine" : null],
    [`in "${stack.name}"`, inThisStack && `${inThisStack.value} (${inThisStack.from})`],
    ['who listens', one.pointsAt],
    ['defined at', one.definedAt],
  );
}

function withUnit({ default: value, unit }: VariableExplained): string {
  return unit === null ? (value ?? '') : `${value ?? ''} ${unit}`;
}

function port({ kind }: Subject, one: PortExplained): string {
  const callers = one.dialledBy.map(({ service, variable: name }) =>
    name === null ? service : `${service} (told by ${name})`,
  );
  const usual = knownPort(kind.knownPorts, one.number);
  return rows(
    `${one.number}: ${one.service}'s port "${one.port}", ${one.means}`,
    ['listens on', `${one.listensOn}${one.toldBy === null ? '' : ` (told by ${one.toldBy})`}`],
    ['dialled at', one.dialledAt],
    ['on your machine', one.onYourMachine === null ? null : String(one.onYourMachine)],
    ['dialled by', callers.join(', ')],
    ['open to', one.from.join(', ')],
    ['usually', usual && `${usual.port} is ${usual.saying}`],
    ['defined at', one.definedAt],
  );
}

function field(one: FieldExplained): string {
  return rows(
    `${one.path}: ${one.means}`,
    ['form', one.form],
    ['default', one.default ?? 'none; optional'],
    ['defined at', one.definedAt],
  );
}

function fieldLine({ path, form, default: fallback, means }: FieldExplained): string {
  return `${path} (${form}${fallback === null ? '' : `, default ${fallback}`}): ${means}`;
}
