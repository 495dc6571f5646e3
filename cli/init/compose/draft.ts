import type { ImageFacts } from '../../../model/pack.ts';
import { Drafted } from './drafted.ts';
import { drawEdges } from './edges.ts';
import type { ComposeService } from './read.ts';
import { hasPassword, keepForeign, keepSecrets } from './secrets.ts';
import { serviceOf } from './service.ts';
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
  const drafted = services.map((one) => new Drafted(one, labelOf(one.name), images));
  for (const one of drafted) listen(one);
  for (const one of drafted) keepSecrets(one);
  drawEdges(drafted);
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
  for (const [name, text] of Object.entries(one.settings))
    for (const { compose, name: called } of all)
      if (new RegExp(`(?<![\\w.-])${compose.name.replaceAll(/[^\w-]/g, '\\$&')}:\\d`).test(String(text)))
        one.note(
          `${name} names ${compose.name} within a longer text: its Service is called <name of the stack>-${called}.`,
        );
}

/** The same of several services is told once. */
function notesOf(drafted: readonly Drafted[]): string[] {
  const all = drafted.flatMap(({ name, notes }) => notes.map((note) => ({ name, note })));
  return [...Map.groupBy(all, ({ note }) => note)].map(
    ([note, those]) => `${those.map(({ name }) => name).join(', ')}: ${note}`,
  );
}

/** `my_db` cannot be a name in Kubernetes. */
const labelOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');

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
  for (const name of Object.keys(one.compose.environment)) {
    if (name in one.variables) continue;
    const text = one.given.get(name);
    if (text === undefined || text === '') {
      one.variables[name] = textVariable();
      if (text === undefined)
        one.note(`${name} has no value: compose takes it from the shell. Write it into settings.`);
      continue;
    }
    if (hasPassword(text)) {
      keepForeign(one, name);
      continue;
    }
    if (/(^|_)PORT$/.test(name) && one.ports.has(Number(text)) && !one.ownPorts.has(Number(text))) {
      one.ownPorts.set(Number(text), name);
      one.variables[name] = portVariable();
      continue;
    }
    const { variable, setting } = settingOf(text);
    one.variables[name] = variable;
    one.settings[name] = setting;
  }
}
