import { chatKind } from '../contract/chat-kind.ts';
import { serveOperator } from './serve.ts';

/** The operator's process, with the kinds that are built in. Entered through main.mjs, which checks the Node it runs on. */
await serveOperator([chatKind]);
