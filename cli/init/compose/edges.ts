import type { Drafted, DraftedEdge } from './drafted.ts';
import { hostVariable, portVariable, secretUrlVariable, secretVariable, textVariable } from './variables.ts';

/** Finds who dials whom: by the names of services in variables, then by what is started first. */
export function drawEdges(all: readonly Drafted[]): void {
  const named = new Map(all.map((one) => [one.compose.name, one]));
  for (const one of all) {
    for (const [name, text] of one.given) {
      if (name in one.variables && !text.includes('://')) continue;
      if (!bindUrl(one, name, text, named)) bindHost(one, name, text, named);
    }
    for (const need of one.compose.needs) {
      const target = named.get(need);
      if (target && target.ports.size > 0) one.edgeTo(target);
    }
    for (const edge of one.edges.values()) {
      bindSecrets(one, edge);
      bindUser(one, edge);
    }
  }
}

/** `postgres://app:secret@db:5432/app`, `cache:6379` */
const address =
  /^([a-z][a-z0-9+.-]*:\/\/)?(?:([^:@/\s]*)(?::([^@/\s]*))?@)?([A-Za-z0-9_.-]+)(?::(\d+))?([/?#]\S*)?$/;

interface Address {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly rest: string;
}

/** A template has a meaning of its own for braces. */
function addressIn(text: string): Address | undefined {
  const [whole, scheme = '', user, password, host = '', port, rest = ''] = address.exec(text) ?? [];
  const isAddress = whole !== undefined && (scheme !== '' || port !== undefined) && !/[{}]/.test(text);
  return isAddress ? { scheme, user, password, host, port, rest } : undefined;
}

function bindUrl(one: Drafted, name: string, text: string, named: ReadonlyMap<string, Drafted>): boolean {
  const found = addressIn(text);
  const target = named.get(found?.host ?? '');
  if (!found || !target || target === one) return false;
  const { scheme, user, password, port, rest } = found;
  const edge = dial(one, target, port);
  if (!edge) return false;
  const login = loginOf(one, edge, user, password);
  if (login === undefined) {
    one.note(
      `${name}: "${target.compose.name}" has no variable with the password in it; write the URL's template into urls.`,
    );
    return false;
  }
  edge.urls[name] = `${scheme}${login}{host}${port === undefined ? '' : ':{port}'}${rest}`;
  one.secrets.delete(secretNameOf(one, name) ?? '');
  one.variables[name] = login.includes('{secret:') ? secretUrlVariable() : textVariable();
  return true;
}

const secretNameOf = (one: Drafted, variable: string): string | undefined =>
  [...one.secrets].find(([, name]) => name === variable)?.[0];

/** The user and password of a URL, as its template has them; undefined where the password is of no variable. */
function loginOf(one: Drafted, edge: DraftedEdge, user = '', password?: string): string | undefined {
  if (user === '' && password === undefined) return '';
  const { to } = edge;
  const known = userOf(to, user) ? '{user}' : user;
  if (password === undefined) return `${known}@`;
  const secret = to.secretWith(password);
  if (secret === undefined) return undefined;
  const variable = `${to.name}_${secret}`.toUpperCase().replaceAll('-', '_');
  edge.secrets[secret] ??= variable;
  one.variables[edge.secrets[secret] ?? variable] ??= secretVariable();
  return `${known}:{secret:${secret}}@`;
}

/** Whether the target has that user, which it is told in a variable. */
function userOf(to: Drafted, user: string): boolean {
  if (user !== '' && to.user === user) return true;
  const own = [...to.given].find(([name, text]) => text === user && /USER(NAME)?$/.test(name))?.[0];
  if (own === undefined || user === '' || to.user !== undefined) return false;
  to.user = user;
  to.ownUser = own;
  to.variables[own] = textVariable();
  return true;
}

const namesHost = /(^|_)(HOST(NAME)?|SERVER|ADDR(ESS)?|ENDPOINT|SERVICE)$/i;

/** `DB_HOST: db`, with `DB_PORT` beside it. */
function bindHost(one: Drafted, name: string, text: string, named: ReadonlyMap<string, Drafted>): void {
  const target = named.get(text);
  // A driver, a user or a database may be called as a service is.
  if (!target || target === one || !namesHost.test(name)) return;
  const beside = name.replace(/(HOST(NAME)?|SERVER|ADDR(ESS)?|ENDPOINT|SERVICE)$/, 'PORT');
  const port = beside === name ? undefined : one.given.get(beside);
  const edge = dial(one, target, port);
  if (!edge || edge.binds.host !== undefined) return;
  edge.binds.host = name;
  one.variables[name] = hostVariable();
  if (port !== undefined && /^\d+$/.test(port)) {
    edge.binds.port = beside;
    one.variables[beside] = portVariable();
  }
}

/** `DB_USER` beside what the edge gives already. */
function bindUser(one: Drafted, { to, binds, urls }: DraftedEdge): void {
  const prefixes = [binds.host, ...Object.keys(urls)].flatMap((name) => name?.replace(/[A-Z]+$/, '') ?? []);
  const user = prefixes
    .flatMap((prefix) => [`${prefix}USER`, `${prefix}USERNAME`])
    .find((name) => one.given.has(name));
  if (user === undefined || user in one.variables || !userOf(to, one.given.get(user) ?? '')) return;
  binds.user = user;
  one.variables[user] = textVariable();
}

/** The edge to a port of a target; none where it would be to a second port, or is to none. */
function dial(one: Drafted, target: Drafted, port: string | undefined): DraftedEdge | undefined {
  const edge = one.edgeTo(target);
  const number = port === undefined ? edge.port : Number(port);
  if (number !== undefined && edge.port !== undefined && edge.port !== number) {
    one.note(`it dials ${target.name} at ${edge.port} and at ${number}; only the first is an edge.`);
    return undefined;
  }
  if (number !== undefined) {
    target.portNamed(number);
    edge.port = number;
  }
  return edge;
}

/** A password of this service that has the value of one of its target is the target's. */
function bindSecrets(one: Drafted, { to, secrets }: DraftedEdge): void {
  for (const [own, variable] of [...one.secrets]) {
    const value = one.given.get(variable);
    const theirs = value === undefined || value === '' ? undefined : to.secretWith(value);
    if (theirs === undefined || (secrets[theirs] !== undefined && secrets[theirs] !== variable)) continue;
    secrets[theirs] = variable;
    one.secrets.delete(own);
  }
}
