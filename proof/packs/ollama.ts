import type { Listening } from '../../model/pack.ts';
import { argumentsOf, type Process } from '../../model/program.ts';
import type { Pack } from '../checks/subject.ts';

/** Ollama, told by OLLAMA_HOST, which its image sets to every address. */

const variable = 'OLLAMA_HOST';
const usualPort = 11_434;

const servers = ['ollama', 'serve'];

function listens(running: Process): Listening[] | undefined {
  const { env } = running;
  const [order = 'serve'] = argumentsOf(running, servers) ?? [];
  if (order !== 'serve') return undefined;
  const text = env[variable];
  if (text === undefined || text === '') return [{ port: usualPort, in: '', usualPort: true, tls: false }];
  const [, host = '', port = String(usualPort)] =
    /^(?:\w+:\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/?$/.exec(text) ?? [];
  const where = { port: Number(port), in: variable, tls: false };
  return [host === '' || host === '0.0.0.0' ? where : { ...where, host }];
}

export const ollamaPack: Pack = {
  images: [
    {
      name: 'ollama',
      image: /^ollama\/ollama$/,
      ...{ speaks: { [usualPort]: 'http' }, listens, listensOnly: true, user: 0, servers },
      // Its key is there, whether the models are or not.
      scratch: (_, { env }) => [[env['HOME'] === undefined ? '/root/.ollama' : `${env['HOME']}/.ollama`]],
    },
  ],
};
