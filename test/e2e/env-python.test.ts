import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, expect, onTestFinished, test } from 'vitest';
import { textOf } from '../../cli/env/part.ts';
import { python } from '../../cli/env/python.ts';
import { envDigest, parseEnv, publicValues, secretsSet, type EnvText } from '../../model/env.ts';
import { configReport, readinessReport } from '../../model/report.ts';
import { environmentsOf, manyVariables } from '../cli/env/environments.ts';
import { capture } from '../servers/command.ts';
import { forSuite } from '../servers/for-suite.ts';
import { pydanticPython } from '../servers/pydantic/pydantic.ts';

/** The module that "mooring env python" writes, run by a real Python, beside `parseEnv`. */

const variables = manyVariables.variables ?? {};

const python3 = forSuite(async () => ({ path: await pydanticPython(), stop: () => Promise.resolve() }));

/** What a program that has the module `settings` prints. @param shell words before the Python, in a shell. */
async function printed(program: string, input = '', shell = 'exec'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-python-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'settings.py'), textOf(python(manyVariables)));
  writeFileSync(join(folder, 'program.py'), program);
  const line = `${shell} '${python3().path}' -B -W error program.py`;
  const { code, stdout, stderr } = await capture('sh', ['-c', line], { cwd: folder, input });
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

const inTypeScript = (source: EnvText): z.infer<typeof seen> => {
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

  test('shows a refused secret nowhere: not in the error, its details or its traceback', async () => {
    const shown = await printed(`
import os, traceback
from pydantic import ValidationError
from settings import Settings

os.environ.update({"API_KEY": "hunter2 with a space", "PIN": "hunter2", "COUNT": "99"})
try:
    Settings()
except ValidationError as error:
    print(error, repr(error), error.errors(), error.json(), traceback.format_exc())
    assert error.__cause__ is None and error.__suppress_context__
os.environ.update({"API_KEY": "hunter2", "PIN": "4711", "COUNT": "9"})
settings = Settings()
print(settings, repr(settings), settings.values(), settings.config_report())
assert settings.API_KEY.get_secret_value() == "hunter2" and settings.PIN.get_secret_value() == 4711
`);
    expect(shown).toContain('API_KEY\n  expected printable ASCII without spaces');
    expect(shown).toContain('COUNT\n  expected a whole number from 0 to 10 (apples)');
    expect(shown).not.toMatch(/hunter2|4711/);
  });

  test('reads texts in the place of the environment, and none that is no text', async () => {
    const shown = await printed(`
from pydantic import ValidationError
from settings import Settings

print(Settings(COUNT="7").COUNT, Settings(http_proxy="http://a").env_http_proxy, Settings().model_config["frozen"])
for wrong in (7, 7.0, True, None):
    try:
        Settings(COUNT=wrong)
    except ValidationError as error:
        print(error.error_count())
`);
    expect(shown).toBe('7 http://a True\n1\n1\n1\n1\n');
  });

  test('takes bytes that are no UTF-8 for what Node takes them for', async () => {
    const bytes = "FEW=$(printf 'a\\377') exec";
    const node = await capture('sh', ['-c', `${bytes} node -p 'process.env.FEW'`]);
    const program = 'from settings import Settings\nprint(Settings().digest())';
    const { env } = parseEnv(variables, { FEW: node.stdout.trimEnd() }) as { env: object };
    expect(node.stdout).toBe('a\ufffd\n');
    expect(await printed(program, '', bytes)).toBe(`${envDigest(variables, { ...env })}\n`);
  });

  test('reports the gates of its service as the reader of reports has them', async () => {
    const lines = await printed(`
import json
from settings import CONFIG_PATH, READYZ_PATH, Readiness

readiness = Readiness()
for name, error in ((None, None), ("queue", None), ("index", None), ("index", "refused"), ("queue", "refused"), ("queue", "refused")):
    if name:
        readiness.seen(name, error)
    print(json.dumps(readiness.report()))
print(json.dumps([READYZ_PATH, CONFIG_PATH]))
`);
    const bodies = lines.trimEnd().split('\n');
    expect(bodies.pop()).toBe('["/ready", "/environment"]');
    const reports = bodies.map((body) => readinessReport.parse(JSON.parse(body)));
    const states = reports.map(({ ready, gates }) => [ready, ...gates.map(({ state }) => state)]);
    expect(states).toEqual([
      [false, 'closed', 'closed'],
      [false, 'open', 'closed'],
      [true, 'open', 'open'],
      // Needed once only.
      [true, 'open', 'degraded'],
      [false, 'closed', 'degraded'],
      [false, 'closed', 'degraded'],
    ]);
    expect(reports[0]?.gates[0]).toMatchObject({ name: 'queue', lastError: null, attempts: 0 });
    expect(reports.at(-1)?.gates[0]).toMatchObject({ name: 'queue', lastError: 'refused', attempts: 2 });
    expect(reports.at(-1)?.gates[0]?.since).toBe(reports.at(-2)?.gates[0]?.since);
  });
});
