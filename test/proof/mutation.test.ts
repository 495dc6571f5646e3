import { expect, test } from 'vitest';
import { chatFaults } from './known.ts';
import { fileDocs, presetDocs, presets } from './manifests.ts';
import { measure, type Proof } from './mutation/measure.ts';
import { mutantsOf } from './mutation/mutants.ts';

/** A sample that is the same each time: every so many-th mutant; all of them are in test/e2e/mutation.test.ts. */
const everySo = 19;
const sampled = (offset: number) => (index: number) => index % everySo === offset;

test.each(presets.map((preset, offset) => [preset, offset] as const))(
  'of the preset %s, no mutant of a sample survives',
  (preset, offset) => {
    const { mutants, survivors, falseAlarms } = measure(presetDocs(preset), sampled(offset));
    expect(mutants).toBeGreaterThan(70);
    expect(survivors).toEqual([]);
    expect(falseAlarms).toBe(0);
  },
);

test('of manifests in another style, no mutant of a sample survives', () => {
  expect(measure(fileDocs('handwritten/assistant.yaml'), sampled(3)).survivors).toEqual([]);
});

test('a proof that overlooks one thing is found out: its sabotage twin', () => {
  const blind: Proof = (docs) =>
    chatFaults(docs)
      .map(({ code }) => code)
      .filter((code) => !['PORT_NOT_SERVED', 'WRONG_PORT'].includes(code));
  const incident = measure(
    presetDocs('dev'),
    () => true,
    (docs) => (isIncident(docs) ? blind(docs) : ['NAME']),
  );
  expect(incident.survivors).toEqual([expect.stringContaining('REDIS_PORT: "6379" → "6380"')]);
});

test('sabotage: a field that neither the proof nor the graph reads is a survivor, not an equivalent', () => {
  const aliases = [{ ip: '10.0.0.1', hostnames: ['demo-redis'] }];
  const docs = presetDocs('dev').map((doc) => ({ ...doc, value: withAliases(doc.value, aliases) }));
  const position = [...mutantsOf(docs)].findIndex(({ path }) => path.includes('hostnames'));
  const { survivors, equivalents } = measure(docs, (index) => index === position);
  expect(equivalents).toEqual([]);
  expect(survivors).toEqual([expect.stringContaining('hostAliases')]);
});

/** A Deployment with `hostAliases`, which lead a name elsewhere; other objects as they are. */
function withAliases(value: object, hostAliases: readonly object[]): object {
  const copy = structuredClone(value) as {
    kind?: string;
    spec?: { template?: { spec?: object } };
  };
  if (copy.kind === 'Deployment' && copy.spec?.template?.spec)
    Object.assign(copy.spec.template.spec, { hostAliases });
  return copy;
}

/** One mutant only, so that the twin takes no longer than the test. */
const isIncident = (docs: readonly { readonly value: object }[]): boolean =>
  JSON.stringify(docs.map(({ value }) => value)).includes('"REDIS_PORT":"6380"');
