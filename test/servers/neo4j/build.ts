import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cached } from '../cache.ts';
import { freePort } from '../ports.ts';
import { run, startProcess } from '../process.ts';
import { findProgram } from '../programs.ts';
import { Unavailable } from '../unavailable.ts';

const MAIN = 'Neo4jMain';
const POM = join(import.meta.dirname, 'pom.xml');
const SOURCE = join(import.meta.dirname, `${MAIN}.java`);
/** Class data written by one run of the server; a JVM that finds it does not parse and verify the jars again. */
const ARCHIVE = 'classes.jsa';
/** A test's server lives for seconds: the quick compiler is enough, and one collector thread. */
const FLAGS = [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
];

export interface Neo4jProgram {
  java: string;
  /** Go before the server's own arguments. */
  args: string[];
  /** Where it is to be run: its paths are relative, so that the cache can be moved. */
  cwd: string;
}

/** Neo4j as a program: its jars from Maven, our main class and its class archive, made if they are not there. */
export async function neo4jProgram(log?: (line: string) => void): Promise<Neo4jProgram> {
  const java = need('java');
  const pom = await readFile(POM, 'utf8');
  const source = await readFile(SOURCE, 'utf8');
  const version = /<artifactId>neo4j<\/artifactId>\s*<version>(.+)<\/version>/.exec(pom)?.[1];
  if (version === undefined)
    throw new Error(`${POM} does not say which version of org.neo4j:neo4j is wanted.`);
  const recipe = [pom, source, await readFile(import.meta.filename, 'utf8')].join('\n');
  const folder = await cached({ name: 'neo4j', version, recipe }, (dir) => build(dir, java, log));
  return { java, args: [`-XX:SharedArchiveFile=${ARCHIVE}`, '@java.args', MAIN], cwd: folder };
}

async function build(dir: string, java: string, log?: (line: string) => void): Promise<void> {
  const [maven, javac, jar] = [need('mvn'), need('javac'), need('jar')];
  log?.('Fetching Neo4j from Maven into the cache (120 MB).');
  const lib = join(dir, 'lib');
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${lib}`];
  await run(maven, ['-B', '-q', '-C', '-f', POM, ...copy]).catch((cause: unknown) => {
    throw new Unavailable('Neo4j', `its jars could not be fetched: ${String(cause)}`, { cause });
  });
  log?.('Compiling the Neo4j server for tests and starting it once, so that later starts are quicker.');
  const classes = join(dir, 'classes');
  await run(javac, ['--release', '17', '-cp', join(lib, '*'), '-d', classes, SOURCE]);
  await run(jar, ['--create', '--file', join(dir, 'main.jar'), '-C', classes, '.']);
  const jars = (await readdir(lib)).sort().map((name) => join('lib', name));
  const classPath = ['main.jar', ...jars].join(delimiter);
  await writeFile(join(dir, 'java.args'), [...FLAGS, '-cp', classPath, ''].join('\n'));
  await archiveClasses(dir, java);
}

async function archiveClasses(dir: string, java: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'mooring-neo4j-build-'));
  try {
    const port = await freePort();
    const running = await startProcess({
      command: java,
      args: [`-XX:ArchiveClassesAtExit=${ARCHIVE}`, '@java.args', MAIN, home, String(port)],
      cwd: dir,
      env: { NEO4J_PASSWORD: 'only for this start' },
      logFile: join(home, 'neo4j.log'),
      readyWhen: { port },
      timeoutMs: 300_000,
      graceMs: 300_000,
    });
    await running.stop();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function need(program: string): string {
  const found = findProgram(program);
  if (found !== undefined) return found;
  throw new Unavailable(
    'Neo4j',
    `there is no \`${program}\` on PATH. Install a JDK (17 or 21) and Maven, or point MOORING_TEST_NEO4J_URL at a server (bolt://user:password@host:port).`,
  );
}
