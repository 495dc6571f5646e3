import type { ImageFacts, Listening } from '../../model/pack.ts';
import { argumentsOf } from '../../model/program.ts';
import { valueOf } from '../checks/servers.ts';

/** Where the server of an image listens, by its options alone: `--port 27018`, `--bind_ip=127.0.0.1`. */
export const listensBy =
  (options: {
    readonly servers: readonly string[];
    readonly port: readonly string[];
    readonly host: readonly string[];
    readonly usual: number;
    /** Options with which it is told otherwise. */
    readonly instead?: readonly string[];
  }): NonNullable<ImageFacts['listens']> =>
  (running): Listening[] | undefined => {
    const words = argumentsOf(running, options.servers);
    if (!words || words.some((word) => options.instead?.includes(word.split('=')[0] ?? ''))) return undefined;
    const [port, host] = [valueOf(words, options.port), valueOf(words, options.host)];
    const number = Number(port ?? options.usual);
    if (!Number.isInteger(number)) return undefined;
    // Several addresses may be those of the pod.
    const alone = host === undefined || host === '*' || host.includes(',') ? {} : { host };
    return [{ port: number, in: '', usualPort: port === undefined, ...alone }];
  };
