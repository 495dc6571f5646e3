import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, expect, onTestFinished, test } from 'vitest';
import { textOf } from '../../cli/env/part.ts';
import { python } from '../../cli/env/python.ts';
import { envDigest, parseEnv, publicValues, secretsSet } from '../../model/env.ts';
import { configReport, readinessReport } from '../../model/report.ts';
import { environmentsOf, manyVariables } from '../cli/env/environments.ts';
import { capture } from '../servers/command.ts';
import { forSuite } from '../servers/for-suite.ts';
import { pydanticPython } from '../servers/pydantic/pydantic.ts';

/** The module that "mooring env python" writes, run by a real Python, beside `parseEnv`. */

const variables = manyVariables.variables ?? {};

const python3 = forSuite(async () => ({ path: await pydanticPython(), stop: () => Promise.resolve() }));

/** What a program that has the module `settings` prints. */
async function printed(program: string, input = ''): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-python-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'settings.py'), textOf(python(manyVariables)));
  writeFileSync(join(folder, 'program.py'), program);
  const { code, stdout, stderr } = await capture(python3().path, ['-B', '-W', 'error', 'program.py'], {
    cwd: folder,
    input,
  });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** Each environment in the place of the process' own: what is refused, and what is reported of the others. */
const eachEnvironment = `
import json, os, sys
from pydantic import ValidationError
from settings import Settings

for given in json.loads(sys.stdin.buffer.read()):
    os.environ.clear()
    os.environ.update(given)
    try:
        print(json.dumps({"refused": [], "report": Settings().config_report()}))
    except ValidationError as error:
        print(json.dumps({"refused": [problem["loc"][0] for problem in error.errors()]}))
`;

const seen = z.object({ refused: z.array(z.string()), report: configReport.optional() });

const inTypeScript = (source: Record<string, string>): z.infer<typeof seen> => {
  const parsed = parseEnv(variables, source);
  if (!parsed.ok) return { refused: parsed.problems.map(({ name }) => name) };
  const { env } = parsed;
  const [digest, values] = [envDigest(variables, env), publicValues(variables, env)];
  return { refused: [], report: { version: 1, digest, values, secretsSet: secretsSet(variables, env) } };
};

describe('the Python module of an environment', () => {
  test('takes and refuses the same variables as parseEnv, and has the same digest, in 500 environments', async () => {
    const given = environmentsOf(variables, 500, 13);
    const lines = (await printed(eachEnvironment, JSON.stringify(given))).trimEnd().split('\n');
    const there = lines.map((line) => seen.parse(JSON.parse(line)));
    expect(there).toEqual(given.map(inTypeScript));
    const refused = there.filter((one) => one.refused.length > 0).length;
    expect([refused > 100, there.length - refused > 100]).toEqual([true, true]);
    // Each variable is refused at least once where a text can be.
    const everRefused = new Set(there.flatMap((one) => one.refused));
    expect(everRefused.size).toBeGreaterThan(50);
  });
});
