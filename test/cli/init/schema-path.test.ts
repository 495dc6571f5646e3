import { isAbsolute, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { schemaPath } from '../../../cli/init/schema-path.ts';

const file = 'docs/reference/chatstack.schema.json';
const pathFrom = (folder: string, root: string) => schemaPath(folder, root, `${root}/${file}`);

test.each([
  ['the root of the clone', '/src/mooring', '/src/mooring', file],
  ['a folder of the clone', '/src/mooring/stacks/eu', '/src/mooring', `../../${file}`],
  [
    'a project that depends on mooring',
    '/src/app/deploy',
    '/src/app/node_modules/mooring',
    `../node_modules/mooring/${file}`,
  ],
])('in %s the schema is named by its path from the document', (_, folder, root, path) => {
  expect(pathFrom(folder, root)).toEqual({ path, isCopy: false });
  expect(resolve(folder, path)).toBe(`${root}/${file}`);
});

test.each([
  ['outside', '/home/me/clinic', '/src/mooring'],
  ['in a folder whose name only begins like the clone', '/src/mooring-stacks', '/src/mooring'],
  ['with a mooring installed for the whole machine', '/home/me', '/usr/lib/node_modules/mooring'],
])('%s the document gets a copy of the schema beside it', (_, folder, root) => {
  const { path, isCopy } = pathFrom(folder, root);
  expect({ path, isCopy, isAbsolute: isAbsolute(path) }).toEqual({
    path: 'chatstack.schema.json',
    isCopy: true,
    isAbsolute: false,
  });
});
