import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { chatKind } from '../../../contract/chat-kind.ts';
import { crdOf } from '../../../operator/manifests/crd.ts';
import { chosen } from '../../../operator/manifests/options.ts';
import { blocksOf } from '../../e2e/shell-blocks.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { inUserShell } from '../../servers/user-shell.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { chatStackIn, until } from './lab.ts';
import { operated, startOperated, type Operated } from './operated.ts';

const page = 'docs/operator.md';
const blocks = blocksOf(page).filter(({ language, needs }) => language === 'sh' && needs === undefined);
const headings = [...new Set(blocks.map(({ heading }) => heading))];

interface DocsLab extends Operated {
  /** Runs commands as a user's shell does; answers what they printed. */
  readonly shell: (commands: string) => Promise<string>;
}

async function startDocsLab(): Promise<DocsLab> {
  const lab = await startOperated();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-docs-'));
  const { namespace, name } = operated;
  await writeFile(join(folder, 'stack.yaml'), stringify(chatStackIn(namespace, {}, name)));
  // npx would look for the package in this folder.
  const npx = `npx() { shift; "${process.execPath}" "${resolve('cli/main.mjs')}" "$@"; }`;
  return {
    ...lab,
    shell: async (commands) => {
      const { kubeconfigPath } = lab.server;
      const { code, printed } = await inUserShell(commands, { kubeconfigPath, cwd: folder, functions: npx });
      expect(code, `${commands}\n${printed}`).toBe(0);
      return printed;
    },
    stop: async () => {
      await lab.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What each section's commands must print, run in the order of the page. */
const sections: Readonly<Record<string, (lab: DocsLab, run: () => Promise<string>) => Promise<void>>> = {
  Install: async (lab, run) => {
    expect(await run()).toContain('successfully rolled out');
    await lab.startOperator();
  },
  'A stack': async (lab, run) => {
    await refusesUnknownField(lab);
    const printed = run();
    await until('the namespace', async () => {
      const { status } = await lab.server.request('GET', `/api/v1/namespaces/${operated.namespace}`);
      return status === 200;
    });
    await lab.startBackend();
    expect(await printed).toMatch(/^demo +True +Available +True +True +True +1 /m);
  },
  Status: async (_, run) => {
    const printed = await run();
    expect(printed).toContain('Ready True Available: ');
    expect(printed).toContain('RedisReady True Open: ');
  },
  Scale: async (_, run) => {
    expect(await run()).toMatch(/(chatstack.* scaled[^]*condition met[^]*){2}/);
  },
  'Readiness gates': async (_, run) => {
    const printed = await run();
    expect(printed).toContain('mooring.dev/redis-ready True Open');
    expect(printed).toContain('mooring.dev/config-verified True DigestEqual');
  },
  Drift: async (_, run) => {
    expect(await run()).toContain('is 6380 (set by kubectl-patch) instead of 6379.');
  },
  'The Secret': async ({ server }, run) => {
    const { namespace, name } = operated;
    const secret = ['-n', namespace, 'secret', `${name}-secrets`];
    const { stdout } = await server.kubectl(['get', ...secret, '-o', 'json']);
    await server.kubectl(['delete', ...secret]);
    // A change of the stack has the Secret looked for.
    await server.kubectl(['-n', namespace, 'annotate', 'cstack', name, 'example.com/look=now']);
    const degraded = ['-n', namespace, 'wait', `cstack/${name}`, '--for=condition=Degraded', '--timeout=90s'];
    expect((await server.kubectl(degraded)).code).toBe(0);
    expect(await run()).toMatch(
      /^redis_password="\$\(kubectl -n chat exec .*kubectl -n chat (apply|create)/m,
    );
    const { apiVersion, kind, type, data, metadata } = JSON.parse(stdout) as KubeObject & {
      readonly type: string;
      readonly data: object;
    };
    const { labels, annotations } = metadata;
    const again = { apiVersion, kind, type, data, metadata: { name: metadata.name, labels, annotations } };
    const made = await server.kubectl(['-n', namespace, 'create', '-f', '-'], {
      input: JSON.stringify(again),
    });
    expect(made.code, made.stderr).toBe(0);
    const well = degraded.map((word) => word.replace('=Degraded', '=Ready'));
    expect((await server.kubectl(well)).code).toBe(0);
  },
  Pause: async (_, run) => {
    expect(await run()).toContain('condition met');
    expect(await run()).toMatch(/(configured|unchanged)[^]*^true$/m);
  },
  Upgrade: async (_, run) => {
    expect(await run()).toMatch(/unchanged|nothing to change|up to date/i);
  },
  'What it may do': async (_, run) => {
    expect(await run()).toContain('chatstacks.mooring.dev/status');
  },
  Troubleshooting: async (_, run) => {
    const printed = await run();
    expect(printed).toContain('Every workload runs what is rendered and is ready.');
    expect(printed).toContain('mooring-operator');
  },
  Removal: async (_, run) => {
    expect(await run()).toContain('The operator is gone');
  },
};

/** A document with the field that the page mistypes is refused in the words of the page. */
async function refusesUnknownField({ shell }: DocsLab): Promise<void> {
  const told = /```console\n(?<text>.*)\n```/.exec(readFileSync(page, 'utf8'))?.groups?.['text'] ?? 'nothing';
  const mistyped = stringify(chatStackIn('default', { backend: { replica: 2 } }, 'mistyped'));
  const printed = await shell(
    `cat > typo.yaml <<'END'\n${mistyped}END\n! kubectl apply -f typo.yaml\n! npx mooring diff --file typo.yaml`,
  );
  expect(printed).toContain(told.replace('stack.yaml', 'typo.yaml'));
  expect(printed).toMatch(/typo\.yaml:\d+:\d+: spec\.backend\.replica: .*Did you mean "replicas"\?/);
}

test(`every section of ${page} with commands is run, and no other`, () => {
  expect(headings).toEqual(Object.keys(sections));
});

test(`the image that ${page} builds and loads is the one the manifests ask for`, () => {
  const { image } = chosen({});
  const commands = blocksOf(page)
    .filter(({ heading }) => heading === 'Image')
    .map(({ text }) => text);
  for (const words of [
    `docker build -f operator/Dockerfile -t ${image} .`,
    `kind load docker-image ${image} `,
  ])
    expect(
      commands.some((text) => text.startsWith(words)),
      words,
    ).toBe(true);
});

describe(`the commands of ${page}, as they stand there`, () => {
  const lab = forSuite(startDocsLab);

  test.for(headings)('%s', { timeout: 120_000 }, async (heading) => {
    const left = blocks.filter((block) => block.heading === heading).map(({ text }) => text);
    await sections[heading]?.(lab(), async () => lab().shell(left.shift() ?? 'false'));
    expect(left, 'commands that were not run').toEqual([]);
  });
});

test(`the incident that ${page} shows has today's columns`, () => {
  const captured = /```text\n(?<rows>[^]*?)```/.exec(readFileSync(page, 'utf8'))?.groups?.['rows'] ?? '';
  const [header = '', ...rows] = captured.trim().split('\n');
  const columns = crdOf(chatKind).spec.versions[0]?.additionalPrinterColumns ?? [];
  expect(header.split(/ {2,}/)).toEqual(['NAME', ...columns.map(({ name }) => name.toUpperCase())]);
  const redis = rows.map((row) => row.split(/ {2,}/)[3]);
  expect(redis[0]).toBe('True');
  expect(redis).toContain('False');
  expect(redis.at(-1)).toBe('True');
});
