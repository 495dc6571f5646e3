import { faultIn, probeCommandsOf } from '../../checks/commands.ts';
import { when, type Check } from '../../checks/subject.ts';
import type { Fault } from '../../findings.ts';

/** Options of redis-cli with one letter; each long one is accepted. */
const knownFlag = /^-[hpsaurinxXdDcet23]$/;

/**
 * A probe by redis-cli must send PING and compare the answer with PONG: redis-cli exits with 0 even when it is answered
 * NOAUTH.
 */
export const clientProbes: Check = (subject) =>
  probeCommandsOf(subject).flatMap((command): Fault[] => {
    const text = command.words.join(' ');
    const ping = /\bredis-cli\b.*\bping\b/s.test(text);
    return [
      ...unknownFlags(text).map((flag) =>
        faultIn(
          command,
          `${command.what} gives redis-cli "${flag}", which it does not know.`,
          'Write -p and the port.',
        ),
      ),
      ...when(/\bredis-cli\b/.test(text) && !ping, () =>
        faultIn(
          command,
          `${command.what} asks redis-cli for something other than ping.`,
          'Write redis-cli ping.',
        ),
      ),
      ...when(ping && !/=\s*"?PONG"?(?!\w)/.test(text) && /\[/.test(text), () =>
        faultIn(
          command,
          `${command.what} compares what redis-cli ping says with something other than PONG, so it always fails.`,
          'Compare with PONG.',
        ),
      ),
    ];
  });

const unknownFlags = (text: string): string[] =>
  [...text.matchAll(/\bredis-cli((?:\s+-\S+(?:\s+\d+)?)*)/g)]
    .flatMap(([, flags = '']) => flags.match(/-[-\w]+/g) ?? [])
    .filter((flag) => !flag.startsWith('--') && !knownFlag.test(flag));
