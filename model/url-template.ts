import { hostInUrl } from './host-in-url.ts';

/** What a connection's URL is made of. */
export interface UrlParts {
  readonly host: string;
  readonly port: number;
  /** Who the client logs in as, where the target says so. */
  readonly user?: string | undefined;
  /** Secret name → the variable that has it: kubelet writes its value, so that no manifest holds it. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** `{host}`, `{secret:password}` */
const placeholder = /\{([^{}]*)\}/g;
const secretOf = (word: string): string | undefined => /^secret:(.+)$/.exec(word)?.[1];

const wordsIn = (template: string): string[] =>
  [...template.matchAll(placeholder)].map(([, word = '']) => word);

/** The names of the secrets that a template asks for. */
export const secretsIn = (template: string): string[] =>
  wordsIn(template).flatMap((word) => secretOf(word) ?? []);

/**
 * The URL, as a container's `env` has it. An IPv6 address stands in brackets; a user is encoded, a secret is not: kubelet
 * writes it as it is.
 */
export function urlFrom(template: string, { host, port, user = '', secrets }: UrlParts): string {
  return template.replaceAll(placeholder, (_, word: string) => {
    const secret = secretOf(word);
    if (secret !== undefined) return `$(${secrets[secret] ?? ''})`;
    if (word === 'user') return encodeURIComponent(user);
    return word === 'port' ? String(port) : hostInUrl(host);
  });
}

/** What a template asks for that its edge does not have, or that nothing is; each completes `The URL of NAME …`. */
export function templateProblems(template: string, { user, secrets }: UrlParts): string[] {
  return wordsIn(template).flatMap((word) => {
    const secret = secretOf(word);
    if (secret !== undefined)
      return secret in secrets
        ? []
        : [`has {${word}}; bind that secret to a variable of its own, too: secrets: { ${secret}: '…' }.`];
    if (word === 'user') return user === undefined ? ['has {user}, but the target names no user.'] : [];
    return word === 'host' || word === 'port'
      ? []
      : [`has {${word}}; expected {host}, {port}, {user} or {secret:NAME}.`];
  });
}
