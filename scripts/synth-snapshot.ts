import { prepareSnapshot } from '../cli/snapshot.ts';
import { chatKind } from '../contract/chat-kind.ts';

/** The program that `scripts/build-cli.ts` bundles and snapshots. */
void prepareSnapshot(chatKind);
