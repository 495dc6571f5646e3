import type { Listening, Started } from '../../model/pack.ts';
import { argumentsOf, type Process, type SettingProblem } from '../../model/program.ts';
import type { Pack } from '../checks/subject.ts';

/** FalkorDB: a module in a Redis, told by REDIS_ARGS, beside its browser. */

const [usualPort, browserPort] = [6379, 3000];

const servers = ['redis-server', 'run.sh'];

const optionsOf = (running: Process): string =>
  [running.env['REDIS_ARGS'] ?? '', ...(argumentsOf(running, servers) ?? [])].join(' ');

/** Releases keep the data in one of these, unless they are told another. */
const dataFolders = ({ env }: Process): string[] => {
  const told = env['FALKORDB_DATA_PATH'];
  return told === undefined ? ['/var/lib/falkordb/data', '/data'] : [told];
};

/** Whether it is told to write to them. */
const keeps = (running: Process): boolean => /--appendonly[ =]yes|--save[ =]\d/.test(optionsOf(running));

function listens(running: Process): Listening[] {
  const text = optionsOf(running);
  const [, told] = /--port[ =](\d+)/.exec(text) ?? [];
  const port = Number(told ?? usualPort);
  const bind = /--bind[ =]((?:[\d.:*]+ ?)+)/.exec(text)?.[1]?.trim().split(' ') ?? [];
  const [host] = bind.length === 1 ? bind : [];
  const where = running.env['REDIS_ARGS'] === undefined ? '' : 'REDIS_ARGS';
  return [
    {
      port,
      in: where,
      usualPort: told === undefined,
      ...(host === undefined || host === '*' ? {} : { host }),
    },
    { port: browserPort, in: '', usualPort: true },
  ];
}

/** The server alone is a plain Redis: the image's own start loads the module. */
function problems({ running: { command } }: Started): SettingProblem[] {
  const [first = ''] = command;
  const line = command.join(' ');
  if (!/(^|\/)redis-server$/.test(first) || /loadmodule|\.conf\b/.test(line)) return [];
  return [
    {
      in: '',
      severity: 'warning',
      message: 'The command starts redis-server without --loadmodule: it knows no graph commands.',
      fix: 'Take the command away and give the options in REDIS_ARGS, or load falkordb.so.',
    },
  ];
}

export const falkordbPack: Pack = {
  images: [
    {
      name: 'falkordb',
      image: /^falkordb\/falkordb$/,
      ...{ speaks: { [usualPort]: 'resp', [browserPort]: 'http' }, listens, user: 0, servers, problems },
      scratch: (_, running) => (keeps(running) ? [dataFolders(running)] : []),
    },
    {
      name: 'falkordb-server',
      image: /^falkordb\/falkordb-server$/,
      ...{ speaks: { [usualPort]: 'resp' }, listens, user: 0, servers, problems },
    },
    { image: /^falkordb\/falkordb-browser$/, speaks: { [browserPort]: 'http' } },
  ],
  schemes: {
    falkor: { speaks: 'resp', port: usualPort },
    falkors: { speaks: 'resp', port: usualPort },
  },
};
