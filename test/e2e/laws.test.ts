import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { brokenCopy, outcome, type Change } from './broken-copy.ts';

/** What breaks a law, the file whose tests hold it, and the test that must go red. */
interface Twin extends Change {
  readonly tests: string;
  readonly red: string;
}

/**
 * The sabotage twins of the laws (law 10). Those of laws 1, 4 and 9 stand beside the tests themselves; law 7 is the
 * operator's.
 */
const twins: Readonly<Record<string, Twin>> = {
  'law 2: policies of the services known today only': {
    file: 'charts-ts/constructs/network-policies.ts',
    find: '...(client.edges ?? []).flatMap(',
    replace: '...(client.edges ?? []).slice(0, 3).flatMap(',
    tests: 'test/charts-ts/adding.test.ts',
    red: 'whoever has an edge to it is given its address, and may reach it',
  },
  'law 3: only the first bad variable is reported': {
    file: 'model/env.ts',
    find: 'else problems.push({ name,',
    replace: 'else if (problems.length === 0) problems.push({ name,',
    tests: 'test/contract/env.test.ts',
    red: 'every bad variable is reported at once',
  },
  'law 3: a secret is shown': {
    file: 'model/env.ts',
    find: 'variable.secret ?',
    replace: 'false ?',
    tests: 'test/contract/env.test.ts',
    red: 'a bad secret is reported without its value',
  },
  'law 3: it starts all the same': {
    file: 'app/config.ts',
    find: 'process.exit(errorCodes.CONFIG_INVALID.exit);',
    replace: 'process.exit(0);',
    tests: 'test/app/config.test.ts',
    red: 'every bad variable is one line on standard error, and the process exits with 78',
  },
  'law 5: a message is stored without its facts': {
    file: 'app/stores/embedded/record-database.ts',
    find: 'for (const fact of facts) this.#insertFact(fact, position);',
    replace: '',
    tests: 'test/app/memory/memory.test.ts',
    red: 'what was told in one session is quoted in the next, with date and source, in pieces that make up the answer',
  },
  'law 5: it is acknowledged before it is stored': {
    file: 'app/ws/connection.ts',
    find: 'keep(this.#asked, id);',
    replace:
      "keep(this.#asked, id);\n    this.#send({ type: 'ack', id, offset: 1, recordedAt: new Date().toISOString(), duplicate: false });",
    tests: 'test/e2e/chat.test.ts',
    red: 'with another text is an error, and nothing is acknowledged',
  },
  'law 5: an answer is shown again': {
    file: 'app/ws/connection.ts',
    find: 'if (this.#answered.has(id)) return;',
    replace: '',
    tests: 'test/e2e/chat.test.ts',
    red: 'is acknowledged as a duplicate and not answered again',
  },
  "law 5: everybody's facts are found": {
    file: 'app/stores/embedded/record-database.ts',
    find: 'FROM fact WHERE patientId = :patientId AND NOT isReplaced ORDER BY',
    replace: "FROM fact WHERE '' <> :patientId AND NOT isReplaced ORDER BY",
    tests: 'test/app/memory/memory.test.ts',
    red: "another patient's memory is never used",
  },
  'law 6: Qdrant never gates': {
    file: 'app/readiness/gates.ts',
    find: "=== 'first' && this.#wasReady",
    replace: "=== 'first'",
    tests: 'test/app/readiness/gates.test.ts',
    red: 'every gate is closed, and readiness comes when all are open at once',
  },
  'law 6: liveness is about dependencies': {
    file: 'contract/services/backend.ts',
    find: "liveness: {\n        http: { port: 'http', path: httpPaths.healthz },",
    replace: "liveness: {\n        http: { port: 'http', path: httpPaths.readyz },",
    tests: 'test/charts-ts/probes.test.ts',
    red: 'start-up and liveness of the backend ask what no dependency can change, readiness asks the gates (law 6)',
  },
  'law 8: objects depend on chance': {
    file: 'charts-ts/constructs/metadata.ts',
    find: '    name,\n    namespace: stack.namespace,',
    replace: '    name,\n    annotations: { id: String(Math.random()) },\n    namespace: stack.namespace,',
    tests: 'test/charts-ts/render.test.ts',
    red: 'the same stack renders to the same bytes',
  },
  'law 8: an old volume is given a new secret': {
    file: 'charts-ts/secrets.ts',
    find: 'const all = { ...kept, ...Object.fromEntries(made) };',
    replace: 'const all = { ...Object.fromEntries(made) };',
    tests: 'test/charts-ts/secrets.test.ts',
    red: 'a key that is missing is added, and none that is there is changed',
  },
};

async function ended({ tests, red, ...broken }: Twin): Promise<string> {
  const folder = await brokenCopy(broken);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return outcome(folder, tests, red);
}

test.each(Object.entries(twins))('%s, and a test goes red', async (_, twin) => {
  expect(await ended(twin)).toBe('failed');
});

test('in a copy with nothing broken it stays green', async () => {
  const [twin] = Object.values(twins);
  if (!twin) throw new Error('there are no twins');
  expect(await ended({ ...twin, replace: twin.find })).toBe('passed');
});
