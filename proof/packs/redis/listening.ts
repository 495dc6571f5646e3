import type { Listening } from '../../../model/pack.ts';
import { argumentsOf, type Process } from '../../../model/program.ts';

export const redisServers = ['redis-server', 'valkey-server', 'redis-stack-server'];

/** Where Redis listens: by options after its command, and by lines of mounted files, which options replace. */
export const boundTo =
  (usual: number) =>
  (running: Process): Listening[] => {
    const lines = running.files
      .filter(({ path }) => path.endsWith('.conf'))
      .flatMap(({ path, text }) => text.split('\n').map((line) => ({ in: path, line })));
    const options = ` ${(argumentsOf(running, redisServers) ?? []).join(' ')}`
      .split(/\s--(?=[a-z])/)
      .map((line) => ({ in: '', line }));
    const last = (name: RegExp): { readonly in: string; readonly value: string } | undefined =>
      [...lines, ...options]
        .flatMap(({ in: where, line }) => {
          const [, value] = name.exec(line) ?? [];
          return value === undefined ? [] : [{ in: where, value }];
        })
        .at(-1);
    const bind = last(/^\s*bind[ =]+(.+?)\s*$/);
    const port = Number(last(/^\s*port[ =]+(\d+)\s*$/)?.value ?? usual);
    // Several addresses may be those of the pod.
    const [host, ...more] = bind?.value.replaceAll(/["']/g, '').split(/\s+/) ?? [];
    return [{ port, in: bind?.in ?? '', ...(host === undefined || more.length > 0 ? {} : { host }) }];
  };
