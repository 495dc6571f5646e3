import { chatKind } from '../../contract/chat-kind.ts';
import { serveOperator } from '../../operator/serve.ts';
import { shopKind } from './shop-kind.ts';

/** An operator of the built-in kind and one of its own. */
await serveOperator([chatKind, shopKind]);
