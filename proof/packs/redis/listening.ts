import type { Listening } from '../../../model/pack.ts';
import { argumentsOf, settingsOf, type Process } from '../../../model/program.ts';

export const redisServers = ['redis-server', 'valkey-server', 'redis-stack-server'];

interface Directive {
  /** The file it is written in; empty: the command. */
  readonly in: string;
  readonly value: string;
}

/** What Redis is told: by lines of mounted files, and by options after its command, which replace them. */
function directiveOf(running: Process, name: RegExp): Directive | undefined {
  const lines = settingsOf(running, redisServers).flatMap(({ path, text }) =>
    text.split('\n').map((line) => ({ in: path, line })),
  );
  const options = ` ${(argumentsOf(running, redisServers) ?? []).join(' ')}`
    .split(/\s--(?=[a-z])/)
    .map((line) => ({ in: '', line }));
  const line = new RegExp(`^\\s*${name.source}[ =]+(.+?)\\s*$`);
  return [...lines, ...options]
    .flatMap(({ in: where, line: text }): Directive[] => {
      const [, value] = line.exec(text) ?? [];
      return value === undefined ? [] : [{ in: where, value }];
    })
    .at(-1);
}

/** Where Redis listens. @param usual its port where it is told none. */
export const boundTo =
  (usual: number) =>
  (running: Process): Listening[] => {
    const bind = directiveOf(running, /bind/);
    const port = Number(directiveOf(running, /port/)?.value.replace(/\D.*/, '') || usual);
    // Several addresses may be those of the pod.
    const [host, ...more] = bind?.value.replaceAll(/["']/g, '').split(/\s+/) ?? [];
    return [{ port, in: bind?.in ?? '', ...(host === undefined || more.length > 0 ? {} : { host }) }];
  };

/** What everyone sends who is no user of its own, as far as it is written. */
export function passwordOf(running: Process): string | undefined {
  if (directiveOf(running, /(?:aclfile|user)/) !== undefined) return undefined;
  const value = directiveOf(running, /requirepass/)?.value.replaceAll(/["']/g, '');
  return value === undefined || value === '' || /[$\0]/.test(value) ? undefined : value;
}
