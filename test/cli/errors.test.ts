import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../charts-ts/user-error.ts';
import { CommandError, endingOf } from '../../cli/errors.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { StackError } from '../../model/define-stack.ts';
import { errorCodes, exitCodeOf, terminalCodes } from '../../model/errors.ts';

/** Scripts of users test for these numbers: a change here breaks them. Those above 63 are of sysexits.h. */
const exits: Readonly<Record<keyof typeof terminalCodes, number>> = {
  DIFFERENT: 1,
  CONFIG_FILE_INVALID: 78,
  USAGE: 64,
  NOT_CONFIRMED: 64,
  NO_SUCH_FILE: 66,
  NO_SUCH_NAME: 66,
  NO_CONTEXT: 66,
  CANNOT_WRITE: 73,
  CLUSTER_AWAY: 69,
  CLUSTER_DENIED: 77,
  CLUSTER_REFUSED: 65,
  CLUSTER_CONFLICT: 73,
  NAMESPACE_ENDING: 75,
  PREFLIGHT_FAILED: 69,
  ROLLOUT_FAILED: 1,
  NOT_FOUND_IN_CLUSTER: 66,
  INTERRUPTED: 130,
};

describe('how a command ends', () => {
  test.each(Object.entries(exits))('%s ends with its exit code and words only', (code, exit) => {
    const error = new ClusterError(code as keyof typeof terminalCodes, 'What happened.');
    expect(endingOf(error)).toEqual({ message: 'What happened.', exitCode: exit });
  });

  test('a mistake in a document ends with 65, without a stack trace', () => {
    for (const error of [new UserError('It is no YAML.'), new StackError('It', [{ message: 'is wrong' }])]) {
      const { message, exitCode } = endingOf(error);
      expect(exitCode).toBe(65);
      expect(message).not.toMatch(/\n\s+at /);
    }
  });

  test('a document that is not there ends with 66', () => {
    expect(endingOf(new UserError('There is no such file.', { code: 'NO_SUCH_FILE' })).exitCode).toBe(66);
  });

  test('a wrong command line ends with 64; --help with 0; both were told already', () => {
    expect(endingOf(new CommanderError(1, 'commander.unknownOption', ''))).toEqual({
      message: '',
      exitCode: 64,
    });
    expect(endingOf(new CommanderError(0, 'commander.helpDisplayed', ''))).toEqual({
      message: '',
      exitCode: 0,
    });
  });

  test('a fault of mooring itself ends with 70 and says where', () => {
    const { message, exitCode } = endingOf(new TypeError('oops'));
    expect(exitCode).toBe(70);
    expect(message).toMatch(/A fault of mooring itself.*TypeError: oops\n\s+at /s);
  });

  test('a command may end with a code of the app, too', () => {
    expect(endingOf(new CommandError('PORT_BUSY', 'taken')).exitCode).toBe(errorCodes.PORT_BUSY.exit);
  });

  test('no code has the meaning of two tables', () => {
    expect(Object.keys(terminalCodes).filter((code) => code in errorCodes)).toEqual([]);
    expect(exitCodeOf('DIFFERENT')).toBe(1);
  });
});
