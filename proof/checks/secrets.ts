import type { Fault } from '../findings.ts';
import type { Dial } from '../graph/dial.ts';
import type { EnvEntry } from '../graph/environment.ts';
import { resolveHost } from '../graph/hosts.ts';
import { selectedBy } from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import { called, inContainer, type Check } from './subject.ts';

/** A client must send the secret its server expects: the same key of the same Secret. */
export const bothEnds: Check = ({ graph, dials, knownOf }) =>
  dials.flatMap((dial) => {
    const host = resolveHost(graph, dial.workload.namespace, dial.host.text);
    if (host.kind !== 'service' || dial.secrets.length === 0) return [];
    const workloads = selectedBy(graph, host.service);
    const target = workloads
      .flatMap(knownOf)
      .find(({ program }) => program.service.name === dial.meant?.service);
    return target ? dial.secrets.flatMap((secret) => disagreement(dial, secret, target)) : [];
  });

function disagreement(
  dial: Dial,
  { name, variable, entry }: Dial['secrets'][number],
  { program, running, container, workload }: KnownContainer,
): Fault[] {
  const own = program.service.ownSecrets?.[name];
  const wanted = container.env.find((one) => one.name === own);
  const password = program.facts.password?.(running) ?? wanted?.value;
  if (!isJudged(entry, wanted, password) || fits(entry, wanted, password)) return [];
  const asks = wanted ? `(${wanted.name}) ${sourceText(wanted)}` : 'asks for another';
  return [
    {
      code: 'SECRET_MISMATCH',
      message: `${variable} of ${called(dial.workload)} ${sourceText(entry)}, but ${called(workload)} ${asks}: ${program.service.name} will refuse it.`,
      here: entry?.place ?? inContainer(dial.container, 'env'),
      there: wanted?.place ?? inContainer(container, 'env'),
      fix: 'Take both from one key of one Secret.',
    },
  ];
}

type Entry = EnvEntry | undefined;

/**
 * Whether both values can be compared. Not where the server's password comes another way, such as a file from a Secret
 * that is not among the manifests; and a missing key is reported by `configuration`.
 */
const isJudged = (entry: Entry, wanted: Entry, password: string | undefined): boolean =>
  (wanted !== undefined || password !== undefined) &&
  !(entry?.from?.kind === 'Secret' && entry.value === undefined && password !== undefined);

const fits = (entry: Entry, wanted: Entry, password: string | undefined): boolean =>
  same(entry, wanted) || (password !== undefined && entry?.value === password);

/** From the same key of the same object, or with the same value. */
function same(a: EnvEntry | undefined, b: EnvEntry | undefined): boolean {
  if (!a || !b) return false;
  if (a.from && b.from && a.from.name === b.from.name && a.from.key === b.from.key) return true;
  return a.value !== undefined && a.value === b.value;
}

/** Secret variables of one program must not share a key. */
export const oneForTwo: Check = ({ known }) =>
  known.flatMap(({ workload, container, program }) => {
    const secrets = container.env.filter(
      ({ name, from }) => program.service.variables?.[name]?.secret && from,
    );
    return secrets.flatMap((entry, index): Fault[] => {
      const first = secrets
        .slice(0, index)
        .find(({ from }) => from?.name === entry.from?.name && from?.key === entry.from?.key);
      return first
        ? [
            {
              code: 'SECRET_REUSED',
              message: `${entry.name} and ${first.name} of ${called(workload)} are one secret, key "${entry.from?.key ?? ''}" of ${entry.from?.name ?? ''}: who knows one opens both.`,
              here: entry.place,
              there: first.place,
              fix: 'Give each a key of its own.',
            },
          ]
        : [];
    });
  });

/** Where a secret comes from, never its value. */
const sourceText = (entry: EnvEntry | undefined): string =>
  !entry
    ? 'is not set'
    : entry.from
      ? `is key "${entry.from.key}" of ${entry.from.kind} ${entry.from.name}`
      : 'is another value';
