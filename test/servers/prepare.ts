import { redisPorts } from '../../contract/services/redis.ts';
import { chromiumPath } from './chromium.ts';
import { neo4jProgram } from './neo4j/build.ts';
import { installPackages } from './packages.ts';
import { isPortOpen, LOOPBACK } from './ports.ts';
import { run } from './process.ts';
import { mayInstallPackages } from './programs.ts';
import { pydanticPython } from './pydantic/pydantic.ts';
import { qdrantPython } from './qdrant/qdrant.ts';
import { redisPath } from './redis.ts';
import { Unavailable } from './unavailable.ts';

export interface Missing {
  what: string;
  reason: string;
}

type Log = (line: string) => void;

/** A part of the machine: how to ask for it, the Debian package that has it, and the variable that replaces it, if any. */
interface Part {
  what: string;
  ask: (log: Log) => unknown;
  replacedBy?: string;
  debianPackage?: string;
}

const PARTS: readonly Part[] = [
  { what: 'Redis', ask: redisPath, replacedBy: 'MOORING_TEST_REDIS_URL', debianPackage: 'redis-server' },
  { what: 'Chromium', ask: chromiumPath, replacedBy: 'MOORING_TEST_CHROMIUM', debianPackage: 'chromium' },
  { what: 'Neo4j', ask: neo4jProgram, replacedBy: 'MOORING_TEST_NEO4J_URL' },
  { what: "Qdrant's engine", ask: qdrantPython, replacedBy: 'MOORING_TEST_QDRANT_URL' },
  { what: 'pydantic-settings', ask: pydanticPython },
];

/**
 * Makes sure that the servers the tests start are there, saying each step before doing it. User-space parts go to
 * the cache; Debian packages are installed only as root, never through sudo. Answers what cannot be had, and why.
 */
export async function prepare(log: Log): Promise<{ missing: Missing[] }> {
  const packaged = PARTS.filter((part) => part.debianPackage !== undefined);
  const cachedParts = PARTS.filter((part) => part.debianPackage === undefined);
  const [fromPackages, ...fromCache] = await Promise.all([
    preparePackaged(packaged, log),
    ...cachedParts.map((part) => attempt(part, log)),
  ]);
  return { missing: [...fromPackages, ...fromCache.flat()] };
}

async function preparePackaged(parts: readonly Part[], log: Log): Promise<Missing[]> {
  const before = await lacking(parts, log);
  const names = before.flatMap((part) => part.debianPackage ?? []);
  let trouble = '';
  if (names.length > 0 && mayInstallPackages())
    trouble = await install(names, log).then(
      () => '',
      (error: unknown) => ` ${reasonOf(error)}`,
    );
  const missing = (await Promise.all(parts.map((part) => attempt(part, log)))).flat();
  return missing.map(({ what, reason }) => ({ what, reason: `${reason}${trouble}` }));
}

async function lacking(parts: readonly Part[], log: Log): Promise<Part[]> {
  const answers = await Promise.all(parts.map((part) => attempt(part, log)));
  return parts.filter((_, index) => answers[index]?.length !== 0);
}

async function attempt(part: Part, log: Log): Promise<Missing[]> {
  if (part.replacedBy !== undefined && (process.env[part.replacedBy] ?? '') !== '') return [];
  try {
    await part.ask(log);
    return [];
  } catch (error) {
    return [{ what: part.what, reason: reasonOf(error) }];
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

async function install(names: readonly string[], log: Log): Promise<void> {
  const hadRedis = await isUsualRedisUp();
  await installPackages(names, log);
  // Where somebody's own policy allowed it, a service was started all the same.
  if (!hadRedis && (await isUsualRedisUp())) await run('service', ['redis-server', 'stop']);
}

function isUsualRedisUp(): Promise<boolean> {
  return isPortOpen(LOOPBACK, redisPorts.redis.containerPort);
}
