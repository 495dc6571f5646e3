import { parseEnv as parseDotenv } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dotenv } from '../../../cli/env/dotenv.ts';
import { jsonSchema } from '../../../cli/env/json-schema.ts';
import { languages } from '../../../cli/env/languages.ts';
import { numberRange } from '../../../cli/env/number-range.ts';
import { textOf } from '../../../cli/env/part.ts';
import { typescript } from '../../../cli/env/typescript.ts';
import { parseEnv } from '../../../model/env.ts';
import { text } from '../../../model/variable.ts';
import { environmentsOf, manyVariables } from './environments.ts';

const variables = manyVariables.variables ?? {};

test.each(Object.entries(languages))('what is written in %s has a line for each variable', (_, write) => {
  const parts = write(manyVariables);
  expect(parts.flatMap(({ variable }) => variable ?? [])).toEqual(Object.keys(variables));
  for (const { variable, text: written } of parts) if (variable) expect(written).toContain(variable);
  expect(textOf(write(manyVariables))).toBe(textOf(parts));
});

describe('the JSON Schema of an environment', () => {
  const schema = JSON.parse(textOf(jsonSchema(manyVariables))) as {
    readonly properties: Readonly<Record<string, object>>;
  };
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });

  test('refuses the same variables as parseEnv, in 150 environments', () => {
    const validate = ajv.compile(schema);
    let refused = 0;
    for (const source of environmentsOf(variables, 150, 31)) {
      validate(source);
      const there = new Set(validate.errors?.map(({ instancePath }) => instancePath.slice(1)));
      const parsed = parseEnv(variables, source);
      const here = parsed.ok ? [] : parsed.problems.map(({ name }) => name);
      expect([...there].toSorted(), JSON.stringify(source)).toEqual(here.toSorted());
      refused += here.length;
    }
    expect(refused).toBeGreaterThan(50);
  });

  test('has defaults as text, and no default of a secret, which is only written', () => {
    expect(schema.properties['REDIS_PORT']).toMatchObject({ type: 'string', default: '6379' });
    expect(schema.properties['SHARES']).toMatchObject({ default: 'read' });
    expect(schema.properties['API_KEY']).toMatchObject({ writeOnly: true });
    expect(schema.properties['API_KEY']).not.toHaveProperty('default');
  });

  test('holds a number to its bounds by a pattern', () => {
    const bound = fc.integer({ min: 0, max: 70_000 });
    fc.assert(
      fc.property(bound, bound, bound, (a, b, number) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const pattern = new RegExp(`^(?:${numberRange(low, high)})$`);
        const tried = [number, low, low - 1, high, high + 1];
        expect(tried.map((one) => pattern.test(String(one)))).toEqual(
          tried.map((one) => one >= low && one <= high),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

test('the TypeScript module has the variables as they are', () => {
  const parts = typescript(manyVariables).filter(({ variable }) => variable);
  const literal = parts.map(({ text: written }) => written).join('\n');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  expect((new Function(`return {${literal}}`) as () => unknown)()).toEqual(variables);
});

describe('the env file', () => {
  const example = textOf(dotenv(manyVariables));

  test('sets nothing as it stands', () => {
    expect(parseDotenv(example)).toEqual({});
  });

  test('sets every variable to its default where the "#" are removed', () => {
    const source = parseDotenv(example.replaceAll(/^#(?=\w+=)/gm, ''));
    expect(Object.keys(source).toSorted()).toEqual(Object.keys(variables).toSorted());
    expect(parseEnv(variables, source)).toEqual(parseEnv(variables, {}));
  });

  test('is one line for each sentence, whatever a variable says of itself', () => {
    const hostile = { ...manyVariables, variables: { A: text({ doc: 'a\nB=1\r\nC=2', default: 'x' }) } };
    expect(parseDotenv(textOf(dotenv(hostile)).replace('#A', 'A'))).toEqual({ A: 'x' });
  });
});
