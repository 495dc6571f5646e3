import { kindsHere } from '../../config/kinds.ts';
import { chatKind } from '../../contract/chat-kind.ts';

/** A program: loads the configuration of each folder that it is given, and prints what came of it, a JSON line each. */
for (const folder of process.argv.slice(2)) {
  process.chdir(folder);
  console.log(JSON.stringify(await loaded()));
}

async function loaded(): Promise<object> {
  try {
    const [first, ...others] = await kindsHere(() => Promise.resolve([chatKind]));
    const stack = first.writtenIn === undefined ? undefined : first.stack(first.schema.parse({}));
    return { kinds: [first, ...others].map(({ kind }) => kind), stack: stack?.name };
  } catch (error) {
    const { name, message, code } = error as Error & { readonly code?: string };
    return { name, code, message };
  }
}
