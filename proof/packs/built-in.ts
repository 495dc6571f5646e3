import type { StackKind } from '../../model/stack-kind.ts';
import type { Pack } from '../checks/subject.ts';
import { chatPack } from './chat/pack.ts';
import { falkordbPack } from './falkordb.ts';
import { mooringPack } from './mooring/pack.ts';
import { nginxPack } from './nginx.ts';
import { nodePack } from './node.ts';
import { ollamaPack } from './ollama.ts';
import { otherImages } from './others.ts';
import { postgresPack } from './postgres.ts';
import { redisPack } from './redis/pack.ts';
import { uvicornPack } from './uvicorn.ts';

/** The packs of the built-in kind, of programs that people run beside their own, and of Mooring itself. */
export const builtInPacks: readonly Pack[] = [
  chatPack,
  redisPack,
  ...[postgresPack, falkordbPack, uvicornPack, nodePack, nginxPack, ollamaPack, otherImages],
  mooringPack,
];

/** These, and what kinds know of images, servers, clients and schemes of their own. */
export const packsOf = (kinds: readonly Pick<StackKind, 'packs'>[]): readonly Pack[] => [
  ...builtInPacks,
  ...kinds.flatMap(({ packs = [] }) => packs),
];
