import type { Memory, Process } from '../../model/program.ts';
import type { Pack } from '../checks/subject.ts';

/** Node.js: what its image is started as, what its heap may take, and the servers that come as its packages. */

const option = /--max[-_]old[-_]space[-_]size[= ](\d+)/;

function memory({ env, command }: Process): Memory[] {
  const line = command.join(' ');
  const where = option.test(line) ? '' : 'NODE_OPTIONS';
  const [says, mebibytes] = option.exec(where === '' ? line : (env[where] ?? '')) ?? [];
  return says === undefined ? [] : [{ in: where, says, mebibytes: Number(mebibytes) }];
}

export const nodePack: Pack = {
  images: [{ name: 'node', image: /^node$/, user: 0, memory }],
  servers: [
    { names: ['next'], port: ['--port', '-p'], host: ['--hostname', '-H'] },
    { names: ['vite'], port: ['--port'], host: ['--host'] },
    {
      names: ['serve'],
      behind: /^(npx|npm|pnpm|yarn|bunx|exec|dlx|-y|--yes)$/,
      port: ['-p', '--port'],
      host: [],
    },
    { names: ['http-server'], port: ['-p', '--port'], host: ['-a'] },
  ],
};
