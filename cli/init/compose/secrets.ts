import type { Drafted } from './drafted.ts';
import { labelOf } from './texts.ts';
import { holdsSecret, referringVariable, secretVariable } from './variables.ts';

/** Receives a password that compose has within another text. */
const loginPassword = 'LOGIN_PASSWORD';

/** Finds the secrets of a service. They are made anew: a configuration that is committed holds none. */
export function keepSecrets(one: Drafted): void {
  for (const name of one.reads) {
    const text = one.written.get(name);
    // An empty one is none, and a path says where one is.
    if (!holdsSecret(name) || text === '' || text?.startsWith('/')) continue;
    if (!splitLogin(one, name)) keep(one, name, labelOf(name));
  }
  for (const words of [one.entrypoint, one.command]) hidePasswords(one, words);
}

/** A text that holds somebody else's password: of an address outside, or of a service that does not say it. */
export function keepForeign(one: Drafted, name: string): void {
  one.given.delete(name);
  keep(one, name, labelOf(name));
}

/** `://user:password@`, `password=…` */
export const hasPassword = (text: string): boolean =>
  /:\/\/[^\s/@]*:[^\s/@]+@/.test(text) || /(^|[;?&\s])(password|passwd|pwd|pass)\s*=\s*[^;&\s]+/i.test(text);

/** A secret that several services have, none of which dials another for it, is one. */
export function shareSecrets(all: readonly Drafted[]): void {
  const kept = all.flatMap((one) =>
    [...one.secrets].flatMap(([secret, variable]) => {
      const text = one.written.get(variable);
      return text === undefined ? [] : [{ one, secret, variable, text }];
    }),
  );
  for (const same of Map.groupBy(kept, ({ text }) => text).values()) {
    if (new Set(same.map(({ one }) => one)).size < 2) continue;
    for (const { one, secret } of same) one.shared.set(secret, same[0]?.variable ?? secret);
  }
}

function keep(one: Drafted, variable: string, secret: string): void {
  one.variables[variable] = secretVariable();
  one.secrets.set(secret, variable);
}

function keepPassword(one: Drafted, password: string): string {
  one.given.set(loginPassword, password);
  one.written.set(loginPassword, password);
  keep(one, loginPassword, 'password');
  return `$(${loginPassword})`;
}

/** `user/password` in one variable, which then refers to the password. */
function splitLogin(one: Drafted, name: string): boolean {
  const [, user, sign = '', password = ''] = /^([\w.-]+)([/:])(\S+)$/.exec(one.written.get(name) ?? '') ?? [];
  if (user === undefined || !/(AUTH|CREDENTIALS?|LOGIN)$/.test(name)) return false;
  one.user = user;
  one.settings[name] = `${user}${sign}${keepPassword(one, password)}`;
  one.variables[name] = referringVariable();
  return true;
}

const option = /^--?[\w-]*(pass|secret|token|api-?key|masterauth)[\w-]*$/i;

/** `--requirepass word`, `--password=word`: Kubernetes puts the variable's value in the place of `$(NAME)`. */
function hidePasswords(one: Drafted, words: string[]): void {
  words.forEach((word, at) => {
    if (/\s/.test(word) && /(-p\S{3,}|pass\w*[= ]\S+)/i.test(word)) {
      one.note('a script in its command may hold a password: read it.');
      return;
    }
    const [name = '', ...rest] = word.split('=');
    if (!option.test(name)) return;
    const next = words[at + 1];
    if (rest.length > 0) words[at] = `${name}=${hidden(one, rest.join('='))}`;
    else if (next !== undefined && !next.startsWith('-')) words[at + 1] = hidden(one, next);
  });
}

/** The reference to the variable that has a password; to a new one where none has. */
function hidden(one: Drafted, password: string): string {
  if (/^\$[({]?\w+[)}]?$/.test(password)) return password;
  const known = one.secretWith(password);
  return known === undefined ? keepPassword(one, password) : `$(${one.secrets.get(known) ?? ''})`;
}
