import type { Driver } from 'neo4j-driver';
import { CheckFailed, type Reach } from '../../model/reach.ts';
import type { RotateService, SecretChange } from '../../model/stack-kind.ts';
import { neo4jName, neo4jUser } from './neo4j.ts';

/**
 * Changes the password Neo4j keeps in its volume, where no variable reaches it. Does nothing when Neo4j knows the new one
 * already. It goes over Bolt: the arguments of an exec into the pod would end up in the API server's audit log.
 * @throws CheckFailed when Neo4j takes neither password (final), or cannot be reached.
 */
export const changeNeo4jPassword: RotateService = async (reach: Reach, { from, to }: SecretChange) => {
  const forward = await reach.forward({ service: neo4jName, port: 'bolt' });
  const url = `bolt://${forward.host}:${forward.port}`;
  try {
    if (await isPassword(url, to)) return;
    if (!(await isPassword(url, from)))
      throw new CheckFailed(
        'Neo4j takes neither the password of the live Secret nor the new one: it was changed by hand. Set it back, then run again.',
        { final: true },
      );
    await withDriver(url, from, async (driver) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
      const session = driver.session({ database: 'system' });
      await session.run('ALTER CURRENT USER SET PASSWORD FROM $from TO $to', { from, to }).catch(notTaken);
      await session.close();
    });
  } finally {
    forward.close();
  }
};

/** The driver is loaded only here: everything else that reads the kind does without it. */
async function withDriver<T>(
  url: string,
  password: string,
  work: (driver: Driver) => Promise<T>,
): Promise<T> {
  const { default: neo4j } = await import('neo4j-driver');
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const driver = neo4j.driver(url, neo4j.auth.basic(neo4jUser, password), {
    connectionAcquisitionTimeout: 20_000,
  });
  try {
    return await work(driver);
  } finally {
    await driver.close();
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is wrong with the password stays so; what is wrong with the server may pass. */
function notTaken(error: unknown): never {
  const final = codeOf(error).startsWith('Neo.ClientError.');
  throw new CheckFailed(`Neo4j did not take the new password: ${wordsOf(error)}`, { final });
}

function isPassword(url: string, password: string): Promise<boolean> {
  return withDriver(url, password, async (driver) => {
    try {
      // Not verifyAuthentication(), which resolves to false where the password is wrong.
      await driver.verifyConnectivity();
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'Neo.ClientError.Security.Unauthorized') return false;
      // After some wrong passwords every login is refused for a while: it says nothing about this one.
      if (code === 'Neo.ClientError.Security.AuthenticationRateLimit')
        throw new CheckFailed(
          'Neo4j refuses every login for a while, since clients tried a wrong password too often.',
        );
      throw new CheckFailed(`Neo4j cannot be asked: ${wordsOf(error)}. Is its pod ready?`);
    }
  });
}
