import type { ImageFacts } from '../../../model/pack.ts';
import { Drafted } from './drafted.ts';
import { drawEdges } from './edges.ts';
import { asWritten } from './interpolate.ts';
import type { ComposeService } from './read.ts';
import { hasPassword, keepForeign, keepSecrets, shareSecrets } from './secrets.ts';
import { serviceOf } from './service.ts';
import { labelOf, literally, uniqueIn } from './texts.ts';
import { portVariable, settingOf, textVariable } from './variables.ts';

/** What is made of a compose file. */
export interface Draft {
  readonly services: readonly object[];
  /** The functions of `mooring/env` that it calls. */
  readonly makers: readonly string[];
  /** What was not read, or is assumed, each with its service. */
  readonly notes: readonly string[];
}

/** Drafts the services of a stack. @param images what is known of images. */
export function draftOf(services: readonly ComposeService[], images: readonly ImageFacts[]): Draft {
  const names = new Set<string>();
  const drafted = services.map((one) => new Drafted(one, uniqueIn(names, labelOf(one.name)), images));
  for (const one of drafted) listen(one);
  for (const one of drafted) keepSecrets(one);
  drawEdges(drafted);
  shareSecrets(drafted);
  noteEnds(drafted);
  for (const one of drafted) {
    settle(one);
    noteAddresses(one, drafted);
  }
  const makers = drafted.flatMap(({ variables }) => Object.values(variables).map(({ maker }) => maker));
  return {
    services: drafted.map(serviceOf),
    makers: [...new Set(makers)].sort(),
    notes: notesOf(drafted),
  };
}

/** In the cluster a service is called otherwise than in compose. */
function noteAddresses(one: Drafted, all: readonly Drafted[]): void {
  for (const [name, value] of Object.entries(one.settings))
    for (const { compose, name: called } of all) {
      const text = String(value);
      const isName =
        text === compose.name &&
        !/(DRIVER|USER(NAME)?|NAME|DATABASE|TYPE|KIND|MODE|ENGINE|STORE|PROVIDER)$/i.test(name);
      if (isName || new RegExp(`(?<![\\w.-])${literally(compose.name)}:\\d`).test(text))
        one.note(`${name} names ${compose.name}: its Service is called <name of the stack>-${called}.`);
    }
}

/** What ends by itself would be started again and again. */
function noteEnds(all: readonly Drafted[]): void {
  const awaited = new Set(all.flatMap(({ compose }) => compose.awaits));
  for (const one of all)
    if (one.compose.ends || awaited.has(one.compose.name))
      one.note(
        'it ends by itself in compose: make it a start step (container.init) of what waits for it, or a Job.',
      );
}

/** The same of several services is told once. */
function notesOf(drafted: readonly Drafted[]): string[] {
  const all = drafted.flatMap(({ name, notes }) => notes.map((note) => ({ name, note })));
  return [...Map.groupBy(all, ({ note }) => note)].map(
    ([note, those]) => `${[...new Set(those.map(({ name }) => name))].join(', ')}: ${note}`,
  );
}

/** The ports that it says, or that are known of its image. */
function listen(one: Drafted): void {
  const { published, exposed } = one.compose;
  const told = one.facts.flatMap(({ listens }) => listens?.(one.process) ?? []).map(({ port }) => port);
  const usual = one.facts.flatMap(({ speaks = {} }) => Object.keys(speaks).map(Number)).slice(0, 1);
  const known = told.length > 0 ? told : usual;
  const all = [...published, ...exposed];
  for (const number of new Set(all.length > 0 ? all : known)) one.portNamed(number);
}

/** What no edge gives is a setting. */
function settle(one: Drafted): void {
  for (const name of one.reads) {
    if (name in one.variables) continue;
    const text = one.given.get(name);
    if (text === undefined || text === '') one.variables[name] = textVariable();
    else if (hasPassword(text)) keepForeign(one, name);
    else if (/(^|_)PORT$/.test(name) && one.ports.has(Number(text)) && !one.ownPorts.has(Number(text))) {
      one.ownPorts.set(Number(text), name);
      one.variables[name] = portVariable();
    } else {
      const { variable, setting } = settingOf(text);
      one.variables[name] = variable;
      one.settings[name] = setting;
    }
    if (text === undefined)
      one.note(
        `${name} has no value: compose takes it from the shell${writtenAs(one, name)}. Write it into settings.`,
      );
  }
}

const writtenAs = (one: Drafted, name: string): string => {
  const text = asWritten(one.written.get(name) ?? '');
  return text === '' || hasPassword(text) ? '' : ` (${text})`;
};
