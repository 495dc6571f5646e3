import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import { inTurn } from '../in-turn.ts';
import { capture, run } from '../process.ts';
import { lastLines } from '../last-lines.ts';
import { Unavailable } from '../unavailable.ts';

/** A folder whose checked-in go.mod and go.sum pin everything its programs are built from; it may hold a program itself. */
export interface GoModule {
  /** From this file's own folder. */
  folder: string;
  /** The required module whose version is the programs' version. */
  versionOf: string;
  /** A Go variable that tells the program its own version, where it does not know it by itself. */
  versionVariable?: string;
}

export interface GoProgram {
  name: string;
  module: GoModule;
  package: string;
}

/** The oldest Go that fetches a newer one by itself when a go.mod asks for it. */
const OLDEST_GO = { major: 1, minor: 21 };

/** Nothing of the user's own Go settings may change what is built. */
const GO_ENV = { CGO_ENABLED: '0', GOWORK: 'off' };

/**
 * Each build uses every core, and what it compiled the next one finds in Go's own cache; sources are fetched while
 * another program is built.
 */
const oneAtATime = inTurn();

/**
 * The path of a Go program, built on first use and cached. Rejects with `Unavailable` when there is no usable Go
 * or its sources cannot be fetched.
 */
export async function goProgram(program: GoProgram): Promise<string> {
  const cwd = join(import.meta.dirname, program.module.folder);
  const goMod = await readFile(join(cwd, 'go.mod'), 'utf8');
  const version = requiredVersion(goMod, program.module.versionOf);
  const args = buildArgs(program, version);
  const recipe = [...args, goMod, ...(await sourcesIn(cwd))].join('\n');
  const folder = await cached({ name: program.name, version, recipe }, (dir) =>
    oneAtATime(async () => {
      await requireGo(program.name);
      process.stderr.write(
        `Building ${program.name} ${version} from Go modules; it is kept for later runs.\n`,
      );
      await requireSources(program, cwd);
      await run('go', [...args, '-o', join(dir, program.name), program.package], { cwd, env: GO_ENV });
    }),
  );
  return join(folder, program.name);
}

/** The version of a module's programs. */
export async function pinnedVersion({ folder, versionOf }: GoModule): Promise<string> {
  return requiredVersion(await readFile(join(import.meta.dirname, folder, 'go.mod'), 'utf8'), versionOf);
}

/** The text of go.sum and of each Go file, by name. */
async function sourcesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name === 'go.sum' || name.endsWith('.go'));
  return Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
}

function requiredVersion(goMod: string, modulePath: string): string {
  const version = goMod
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([path, word]) => path === modulePath && word?.startsWith('v'))?.[1];
  if (version === undefined) throw new Error(`go.mod requires no version of ${modulePath}.`);
  return version;
}

function buildArgs({ module }: GoProgram, version: string): string[] {
  const stamp = module.versionVariable === undefined ? '' : ` -X ${module.versionVariable}=${version}`;
  return ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=-s -w${stamp}`];
}

async function requireGo(name: string): Promise<void> {
  const { stdout } = await run('go', ['env', 'GOVERSION']).catch((cause: unknown) => {
    throw new Unavailable(name, 'it is built by Go, which is not installed or not on PATH', { cause });
  });
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  if (major === OLDEST_GO.major && minor < OLDEST_GO.minor) {
    const needed = `${OLDEST_GO.major}.${OLDEST_GO.minor}`;
    throw new Unavailable(name, `it is built by Go ${needed} or newer, and this is ${stdout.trim()}`);
  }
}

/** Fetches what the build needs in a step of its own: having no network is not a failed build. */
async function requireSources(program: GoProgram, cwd: string): Promise<void> {
  const list = ['list', '-mod=readonly', '-deps', '-f', '{{.ImportPath}}', program.package];
  const { code, stdout, stderr } = await capture('go', list, { cwd, env: GO_ENV });
  if (code === 0) return;
  const reason = `its Go modules could not be fetched:\n${lastLines(stderr === '' ? stdout : stderr)}`;
  // Other bytes than go.sum pins are no missing network: that must fail, never be skipped.
  if (/checksum mismatch|SECURITY ERROR|missing go\.sum entry/.test(stderr)) throw new Error(reason);
  throw new Unavailable(program.name, reason);
}
