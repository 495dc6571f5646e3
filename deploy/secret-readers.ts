import { environmentOf, generatedSecretKeys, secretRefOf, stackSecretName } from '../model/environment.ts';
import { asArguments, stackLabels } from '../model/labels.ts';
import { workloadName } from '../model/names.ts';
import type { StackKind } from '../model/stack-kind.ts';
import { isWorkload, workloadKind, type Stack, type Workload } from '../model/stack.ts';

/** A service whose pods take a key of the stack's own Secret from their environment. */
export interface SecretReader {
  readonly key: string;
  readonly variable: string;
  readonly service: string;
  /** Such as `StatefulSet`. */
  readonly kind: string;
  /** The name of its workload. */
  readonly workload: string;
  /** It keeps the value itself, and takes a new one only by a rotation: its environment may have an earlier one. */
  readonly keeps: boolean;
}

/** Who reads the keys that a stack generates. First of each key who is sure to have the value that is in force. */
export function secretReaders({ rotate = {} }: Pick<StackKind, 'rotate'>, stack: Stack): SecretReader[] {
  const keys = new Set(generatedSecretKeys(stack).map(({ key }) => key));
  const own = stackSecretName(stack);
  const readersIn = (service: Workload): SecretReader[] =>
    environmentOf(stack, service).flatMap((variable) => {
      if (!('secret' in variable) || variable.secret.name !== own || !keys.has(variable.secret.key))
        return [];
      const { key } = variable.secret;
      return {
        ...{ key, variable: variable.name, service: service.name },
        kind: workloadKind(service),
        workload: workloadName(stack.name, service.name),
        keeps: service.name in rotate && ownKeys(stack, service).includes(key),
      };
    });
  // Its owner before others, unless it keeps the value itself.
  const rank = ({ key, service, keeps }: SecretReader): number =>
    keeps ? 2 : key.startsWith(`${service}-`) ? 0 : 1;
  return stack.services
    .filter(isWorkload)
    .flatMap(readersIn)
    .sort((a, b) => rank(a) - rank(b));
}

const ownKeys = (stack: Stack, service: Workload): string[] =>
  Object.keys(service.secrets ?? {}).map((secret) => secretRefOf(stack, service, secret).key);

/** Which pods have which key in which variable, in a clause: `redis-password is REDISCLI_AUTH of StatefulSet talk-redis`. */
export const whereKeysAre = (readers: readonly SecretReader[]): string =>
  firstOfEach(readers)
    .map(({ key, variable, kind, workload }) => `${key} is ${variable} of ${kind} ${workload}`)
    .join(', ');

/** Characters of a field manager's name. */
const longestManager = 128;

/**
 * The command, for a shell, that writes keys of a stack's Secret as its running pods have them; it makes the Secret where
 * there is none, and writes nothing where no pod that has a key can be asked.
 */
export function restoreCommand(
  { namespace, name: stack }: Pick<Stack, 'namespace' | 'name'>,
  secret: string,
  readers: readonly SecretReader[],
): string {
  const kubectl = `kubectl -n ${namespace}`;
  const asked = (key: string): string =>
    readers
      .filter((one) => one.key === key)
      .map(
        ({ variable, kind, workload }) =>
          `${kubectl} exec ${kind.toLowerCase()}/${workload} -- printenv ${variable}`,
      )
      .join(' || ');
  const found = firstOfEach(readers).map(({ key }) => ({ key, name: key.replaceAll(/\W/g, '_') }));
  const reads = found.map(({ key, name }) => `${name}="$(${asked(key)})"`);
  const values = found.map(({ key, name }) => `--from-literal=${key}="$${name}"`).join(' ');
  const made = `${kubectl} create secret generic ${secret} ${values} --dry-run=client -o yaml`;
  const labelled = `kubectl label --local -f - -o yaml ${asArguments(stackLabels({ name: stack }))}`;
  // A manager of these keys alone: an apply removes what its manager applied before and does not name now.
  const manager = ['restore', ...found.map(({ key }) => key)].join('-').slice(0, longestManager);
  const applied = `${kubectl} apply --server-side --field-manager=${manager} -f -`;
  return [...reads, `${made} | ${labelled} | ${applied}`].join(' && ');
}

/**
 * What to do where pods began with other values than the stack's Secret has now. A service that keeps its password itself
 * would not take another one from the Secret.
 * @param outdated the readers of which some pod began with another value.
 */
export function outdatedText(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  readers: readonly SecretReader[],
  outdated: readonly SecretReader[],
): string {
  const keys = unique(outdated.map(({ key }) => key));
  const workloads = namesOf(outdated);
  const kept = readers.filter(({ key, keeps }) => keeps && keys.includes(key));
  // A pod that began anew would have what its store does not take.
  const mayNotRestart = namesOf(outdated.filter(({ key }) => kept.some((one) => one.key === key)));
  const mayRestart = workloads.filter((workload) => !mayNotRestart.includes(workload));
  return [
    `Secret ${stackSecretName({ name })} has another ${keys.join(', ')} than pods of ${workloads.join(', ')} began with.`,
    ...kept.map(
      ({ key, kind, workload }) =>
        `${kind} ${workload} keeps ${key} in its volume, and takes only the former value: write that one again, before any pod begins anew; then a rotation may change it.`,
    ),
    ...(mayRestart.length > 0
      ? [
          `Write the former values again, or restart what has them: kubectl -n ${namespace} rollout restart ${mayRestart.join(' ')}.`,
        ]
      : []),
  ].join(' ');
}

/** As kubectl takes them, such as `deployment/talk-backend`. */
const namesOf = (readers: readonly SecretReader[]): string[] =>
  unique(readers.map(({ kind, workload }) => `${kind.toLowerCase()}/${workload}`));

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

const firstOfEach = (readers: readonly SecretReader[]): SecretReader[] =>
  readers.filter(({ key }, at) => readers.findIndex((one) => one.key === key) === at);
