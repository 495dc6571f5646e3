import type { Server } from '../../model/pack.ts';
import type { Pack } from '../checks/subject.ts';

/** Servers of Python programs. Most listen on the pod's own address only, unless they are told otherwise. */

const itself = '127.0.0.1';
const bind = { port: [], host: ['--bind', '-b'] };

/** Where Python looks for a folder of temporary files. */
const temporary = [['/tmp', '/var/tmp', '/usr/tmp']];

const servers: readonly Server[] = [
  {
    names: ['uvicorn'],
    ...{ port: ['--port'], host: ['--host'], usual: { host: itself, port: 8000 } },
    variables: { host: 'UVICORN_HOST', port: 'UVICORN_PORT' },
    ...{ tls: ['--ssl-keyfile', '--ssl-certfile'], instead: ['--uds', '--fd'] },
  },
  {
    // A file gunicorn.conf.py of the image may say otherwise, and so does PORT: the default tells nothing.
    names: ['gunicorn'],
    ...bind,
    ...{ options: 'GUNICORN_CMD_ARGS', tls: ['--certfile', '--keyfile'], instead: ['-c', '--config'] },
    // Its workers show by a file that they live.
    scratch: (words) =>
      words.some((word) => /^--worker-tmp-dir|^-c$|^--config/.test(word)) ? [] : temporary,
  },
  { names: ['hypercorn'], ...bind, usual: { host: itself, port: 8000 }, instead: ['-c', '--config'] },
  {
    names: ['daphne'],
    ...{ port: ['--port', '-p'], host: ['--bind', '-b'], usual: { host: itself, port: 8000 } },
    instead: ['-u', '-e', '--fd', '--endpoint', '--unix-socket'],
  },
  {
    names: ['granian'],
    ...{ port: ['--port'], host: ['--host'], usual: { host: itself, port: 8000 } },
    variables: { host: 'GRANIAN_HOST', port: 'GRANIAN_PORT' },
  },
  {
    names: ['flask'],
    ...{ port: ['--port', '-p'], host: ['--host', '-h'], usual: { host: itself, port: 5000 } },
    tls: ['--cert', '--key'],
    variables: { host: 'FLASK_RUN_HOST', port: 'FLASK_RUN_PORT' },
  },
  { names: ['fastapi'], port: ['--port'], host: ['--host'] },
  { names: ['waitress', 'waitress-serve'], port: ['--port'], host: ['--host', '--listen'] },
  { names: ['streamlit'], port: ['--server.port'], host: ['--server.address'] },
  { names: ['vllm'], port: ['--port'], host: ['--host'] },
];

export const uvicornPack: Pack = { servers };
