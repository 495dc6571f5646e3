import { kindsHere } from '../config/kinds.ts';
import type { Kinds } from '../model/kinds.ts';
import { serveOperator } from './serve.ts';

const builtIn = async (): Promise<Kinds> => [(await import('../contract/chat-kind.ts')).chatKind];

/**
 * The operator's process, with the kinds that are built in and those of `mooring.config.ts` in its folder: an image of one's
 * own is this one's with that file in it (docs/own-kind.md). Entered through main.mjs, which checks the Node it runs on.
 */
await serveOperator(await kindsHere(builtIn));
