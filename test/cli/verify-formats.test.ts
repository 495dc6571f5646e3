import { basename, dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { formats } from '../../cli/verify/formats.ts';
import type { Finding } from '../../proof/findings.ts';

const error: Finding = {
  code: 'PORT_NOT_SERVED',
  severity: 'error',
  message: 'REDIS_PORT is "6380", 100% wrong,\nand <not> & served.',
  here: { file: 'dist/a,b:c.yaml', line: 7, field: 'data.REDIS_PORT', value: '6380' },
  there: { file: 'dist/redis.yaml', line: 9, field: 'spec.ports.0.port' },
  fix: 'Set it to 6379.',
};
const warning: Finding = {
  ...error,
  code: 'MEMORY',
  severity: 'warning',
  message: 'bell \u0007',
  there: error.here,
};
const lax = { strict: false };

describe('github', () => {
  test('has a workflow command for each finding, escaped as the toolkit does', () => {
    expect(formats.github([error, { ...warning, severity: 'unknown', message: 'm' }])).toBe(
      '::error file=dist/a%2Cb%3Ac.yaml,line=7,title=PORT_NOT_SERVED::REDIS_PORT is "6380", 100%25 wrong,%0Aand <not> & served.%0Afix: Set it to 6379.\n' +
        '::notice file=dist/a%2Cb%3Ac.yaml,line=7,title=MEMORY::m%0Afix: Set it to 6379.\n',
    );
  });

  test('is empty without findings', () => {
    expect(formats.github([])).toBe('');
  });
});

describe('a file', () => {
  const shown = (file: string): { readonly github: string; readonly uri: string } => {
    const finding = { ...error, here: { ...error.here, file }, message: 'm' };
    const { runs } = JSON.parse(formats.sarif([finding])) as {
      runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
    };
    return {
      github: formats.github([finding]).replace(/%0A.*\n$/, ''),
      uri: runs[0]?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri ?? '',
    };
  };

  test('in the repository is named from its root, also by a whole path', () => {
    const expected = {
      github: '::error file=deploy/my app.yaml,line=7,title=PORT_NOT_SERVED::m',
      uri: 'deploy/my%20app.yaml',
    };
    expect(shown('deploy/my app.yaml')).toEqual(expected);
    expect(shown(`${process.cwd()}/deploy/my app.yaml`)).toEqual(expected);
  });

  test('in a folder of the workspace of GitHub Actions is named from the workspace', () => {
    vi.stubEnv('GITHUB_WORKSPACE', dirname(process.cwd()));
    expect(shown('a.yaml').uri).toBe(encodeURI(`${basename(process.cwd())}/a.yaml`));
    vi.unstubAllEnvs();
  });

  test('elsewhere has its whole path', () => {
    expect(shown('/elsewhere/a.yaml').uri).toBe('file:///elsewhere/a.yaml');
  });

  test('is none of standard input', () => {
    expect(shown('(standard input)')).toEqual({
      github: '::error title=PORT_NOT_SERVED::line 7 of standard input: m',
      uri: 'stdin',
    });
  });
});

describe('sarif', () => {
  test('has each finding with its rule, level and both places', () => {
    const log = JSON.parse(formats.sarif([error, warning])) as object;
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'mooring verify', rules: [{ id: 'MEMORY' }, { id: 'PORT_NOT_SERVED' }] } },
          results: [
            {
              ruleId: 'PORT_NOT_SERVED',
              ruleIndex: 1,
              level: 'error',
              locations: [{ physicalLocation: { region: { startLine: 7 } } }],
              relatedLocations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'dist/redis.yaml' },
                    region: { startLine: 9 },
                  },
                },
              ],
            },
            { ruleId: 'MEMORY', ruleIndex: 0, level: 'warning' },
          ],
        },
      ],
    });
  });

  test('has no results without findings', () => {
    expect(JSON.parse(formats.sarif([]))).toMatchObject({ runs: [{ results: [] }] });
  });
});

describe('junit', () => {
  test('fails for an error, and for a warning only if strict', () => {
    const failures = (strict: boolean): string | undefined =>
      /<testsuites [^>]*failures="(\d+)"/.exec(formats.junit([error, warning], { strict }))?.[1];
    expect([failures(false), failures(true)]).toEqual(['1', '2']);
  });

  test('escapes what XML does not allow in a text', () => {
    const text = formats.junit([error, warning], lax);
    expect(text).toContain('and &lt;not&gt; &amp; served.');
    expect(text).toContain('bell ?');
    expect(text).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
  });

  test('has one case that passes without findings', () => {
    expect(formats.junit([], lax)).toContain('<testcase name="no findings"/>');
  });
});
