import type { Drafted, DraftedEdge } from './drafted.ts';
import { hostVariable, portVariable, secretUrlVariable, secretVariable, textVariable } from './variables.ts';

type Named = ReadonlyMap<string, Drafted>;

/** Finds who dials whom: by the names of services in variables, then by what is started first. */
export function drawEdges(all: readonly Drafted[]): void {
  const named: Named = new Map([
    ...all.flatMap((one) => one.compose.aliases.map((alias): [string, Drafted] => [alias, one])),
    ...all.map((one): [string, Drafted] => [one.compose.name, one]),
  ]);
  for (const one of all) {
    for (const [name, text] of one.given) {
      if (name in one.variables && !text.includes('://')) continue;
      if (!bindUrl(one, name, text, named)) bindHost(one, name, text, named);
    }
    for (const edge of [...one.edges]) {
      bindSecrets(one, edge);
      bindUser(one, edge);
    }
    for (const need of one.compose.needs) {
      const target = named.get(need);
      if (target && !one.edges.some(({ to }) => to === target)) one.edgeTo(target);
    }
  }
}

/** `postgres://app:secret@db:5432/app`, `cache:6379` */
const address =
  /^([a-z][a-z0-9+.-]*:\/\/)?(?:([^:@/\s]*)(?::([^@/\s]*))?@)?([A-Za-z0-9_.-]+)(?::(\d+))?([/?#]\S*)?$/;

interface Address {
  readonly scheme: string;
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly rest: string;
}

/** A template has a meaning of its own for braces. */
function addressIn(text: string): Address | undefined {
  const [whole, scheme = '', user = '', password = '', host = '', port, rest = ''] = address.exec(text) ?? [];
  const isAddress = whole !== undefined && (scheme !== '' || port !== undefined) && !/[{}]/.test(text);
  const number = port === undefined ? undefined : Number(port);
  return isAddress ? { scheme, user, password, host, port: number, rest } : undefined;
}

function bindUrl(one: Drafted, name: string, text: string, named: Named): boolean {
  const found = addressIn(text);
  const target = named.get(found?.host ?? '');
  if (!found || !target || target === one) return false;
  const { scheme, user, password, port, rest } = found;
  const edge = one.edgeTo(target, port);
  const login = loginOf(one, edge, user, password);
  if (login === undefined) {
    one.note(
      `${name}: "${target.compose.name}" has no variable with the password in it; write the URL's template into urls.`,
    );
    return false;
  }
  edge.urls[name] = `${scheme}${login}{host}${port === undefined ? '' : ':{port}'}${rest}`;
  const own = [...one.secrets].find(([, variable]) => variable === name)?.[0];
  if (own !== undefined) one.secrets.delete(own);
  one.variables[name] = login.includes('{secret:') ? secretUrlVariable() : textVariable();
  return true;
}

/** The user and password of a URL, as its template has them; undefined where the password is of no variable. */
function loginOf(one: Drafted, edge: DraftedEdge, user: string, password: string): string | undefined {
  if (user === '' && password === '') return '';
  const { to } = edge;
  const known = userOf(to, user) ? '{user}' : user;
  if (password === '') return `${known}@`;
  const secret = to.secretWith(password, { user });
  if (secret === undefined) return undefined;
  const variable = `${to.name}_${secret}`.toUpperCase().replaceAll('-', '_');
  const bound = (edge.secrets[secret] ??= variable);
  one.variables[bound] ??= secretVariable();
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

const host = /(HOST(NAME)?S?|SERVERS?|ADDR(ESS(ES)?)?|ENDPOINTS?|SERVICE|SEEDS?)$/i;

/** `DB_HOST: db`, with `DB_PORT` beside it. A driver, a user or a database may be called as a service is. */
function bindHost(one: Drafted, name: string, text: string, named: Named): void {
  const target = named.get(text);
  if (!target || target === one || !host.test(name)) return;
  const beside = name.replace(host, 'PORT');
  const written = one.given.get(beside) ?? '';
  const port = /^\d+$/.test(written) ? Number(written) : undefined;
  const edge = one.edgeTo(target, port);
  if (edge.binds.host !== undefined) {
    edge.urls[name] = '{host}';
    one.variables[name] = textVariable();
    return;
  }
  edge.binds.host = name;
  one.variables[name] = hostVariable();
  if (port === undefined) return;
  edge.binds.port = beside;
  one.variables[beside] = portVariable();
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

/** A password of this service that is written as one of its target is the target's. */
function bindSecrets(one: Drafted, { to, secrets, urls }: DraftedEdge): void {
  const user = to.user ?? '';
  for (const [own, variable] of [...one.secrets]) {
    const value = one.written.get(variable) ?? '';
    const theirs = value === '' ? undefined : to.secretWith(value, { variable, user });
    if (theirs === undefined) continue;
    one.secrets.delete(own);
    if (secrets[theirs] === undefined || secrets[theirs] === variable) secrets[theirs] = variable;
    else {
      urls[variable] = `{secret:${theirs}}`;
      one.variables[variable] = secretUrlVariable();
    }
  }
}
