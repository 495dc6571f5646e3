import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import { readDocuments, UnreadableError } from '../../../proof/source.ts';
import { kubernetesReleases, schemasOf } from '../../../scripts/kubernetes-schemas.ts';
import { verifyChat } from '../../proof/known.ts';
import { capture } from '../../servers/command.ts';
import { builtProgram, programVersion } from '../../servers/kubernetes/programs.ts';
import { kindSchemas } from './json-schemas.ts';

/** A program that judges manifests. */
export interface Verifier {
  readonly version: string;
  /** What it has against a file, a line each, without the names of objects. */
  readonly judge: (file: string) => Promise<readonly string[]>;
}

/** Errors and warnings; what it cannot know it does not hold against a file. */
export function mooring(): Verifier {
  return {
    version: packageJson.version,
    judge: async (file) => {
      try {
        return verifyChat(readDocuments(file, await readFile(file, 'utf8')))
          .filter(({ severity }) => severity !== 'unknown')
          .map(({ code }) => code);
      } catch (error) {
        if (error instanceof UnreadableError) return [error.message];
        throw error;
      }
    },
  };
}

/** Null: of no object of a kind that it judges. */
const scored = z
  .array(
    z.object({
      checks: z.array(
        z.object({
          check: z.object({ id: z.string() }),
          grade: z.number(),
          skipped: z.boolean(),
          comments: z.array(z.object({ summary: z.string() })).nullable(),
        }),
      ),
    }),
  )
  .nullable();
const critical = 1;

/** What it grades CRITICAL. */
export async function kubeScore(): Promise<Verifier> {
  const program = await builtProgram('kube-score');
  return {
    version: await programVersion('kube-score'),
    judge: async (file) => {
      const { stdout, stderr } = await capture(program, [
        ...['score', '--kubernetes-version', newest.replace(/\.\d+$/, ''), '-o', 'json', file],
      ]);
      if (!/^(\[|null)/.test(stdout)) return [`refused: ${stderr || stdout}`];
      return (scored.parse(JSON.parse(stdout)) ?? [])
        .flatMap(({ checks }) => checks)
        .filter(({ grade, skipped }) => grade === critical && !skipped)
        .flatMap(({ check, comments }) => (comments ?? []).map(({ summary }) => `${check.id}: ${summary}`));
    },
  };
}

const newest = kubernetesReleases.at(-1) ?? '';

const conformed = z.object({ resources: z.array(z.object({ status: z.string(), msg: z.string() })) });

/** What is invalid by the API server's own schemas, made from the module of its sources; kinds without one are left out. */
export async function kubeconform(): Promise<Verifier & { readonly stop: () => Promise<void> }> {
  const program = await builtProgram('kubeconform');
  const folder = await mkdtemp(join(tmpdir(), 'mooring-schemas-'));
  for (const [name, schema] of Object.entries(kindSchemas(schemasOf(newest))))
    await writeFile(join(folder, name), JSON.stringify(schema));
  const from = join(folder, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
  const options = ['-strict', '-ignore-missing-schemas', '-schema-location', from, '-output', 'json'];
  return {
    version: await programVersion('kubeconform'),
    judge: async (file) => {
      const { stdout, stderr } = await capture(program, [...options, file]);
      if (!stdout.startsWith('{')) return [`refused: ${stderr || stdout}`];
      return conformed.parse(JSON.parse(stdout)).resources.map(({ status, msg }) => `${status}: ${msg}`);
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}
