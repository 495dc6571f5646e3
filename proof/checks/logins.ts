import type { Account, Login } from '../../model/pack.ts';
import { notShown } from '../../model/redact.ts';
import type { Fault } from '../findings.ts';
import { wordsOf } from '../graph/command-words.ts';
import type { Dial } from '../graph/dial.ts';
import type { EnvEntry } from '../graph/environment.ts';
import type { Graph } from '../graph/graph.ts';
import { resolveHost } from '../graph/hosts.ts';
import { imageFactsOf, isServer } from '../graph/images.ts';
import { oncePer } from '../graph/once-per.ts';
import { selectedBy, servicePort, targetOf } from '../graph/ports.ts';
import { processOf } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { called, inContainer, when, type Check, type Subject } from './subject.ts';

/** The user, password and database of a URL must be those that the server's image makes at its first start. */
export const logins: Check = (subject) =>
  subject.dials.flatMap((dial): Fault[] => {
    const host = resolveHost(subject.graph, dial.workload.namespace, dial.host.text);
    const { login } = dial;
    const port = host.kind === 'service' ? servicePort(host.service, Number(dial.port.text)) : undefined;
    if (!login || host.kind !== 'service' || !port || makesUsers(subject.graph)) return [];
    return selectedBy(subject.graph, host.service).flatMap((workload) =>
      workload.containers.flatMap((container) => {
        const accounts = accountsIn(subject, workload, container, targetOf(port, workload)?.number);
        return accounts.length === 0 ? [] : loginFaults(dial, login, { workload, container, accounts });
      }),
    );
  });

interface Store {
  readonly workload: Workload;
  readonly container: Container;
  readonly accounts: readonly Account[];
}

/** None where its environment is not known whole, or a mounted script may make others. */
function accountsIn(
  { graph, beside }: Subject,
  workload: Workload,
  container: Container,
  port: number | undefined,
): readonly Account[] {
  const { product, facts } = imageFactsOf(beside.images, workload, container);
  const known = facts.find(({ accounts }) => accounts !== undefined);
  const speaks = facts.some((one) => Object.hasOwn(one.speaks ?? {}, port ?? 0));
  const hasScripts = container.spec.volumeMounts.some(({ mountPath }) => mountPath.includes('initdb'));
  if (!known?.accounts || !speaks || hasScripts || !container.envKnown || container.init) return [];
  const running = processOf(graph, workload, container);
  if (!isServer(running, known, product)) return [];
  const accounts = known.accounts(running.env);
  const passwords = new Set(accounts.map(({ password }) => password));
  const isWhole = container.env.every(({ name, value }) => value !== undefined || passwords.has(name));
  return isWhole ? accounts : [];
}

/** Whether a job or a script makes users or databases. */
const makesUsers = oncePer((graph: Graph): boolean => {
  const texts = [
    ...graph.workloads.flatMap(({ containers }) => containers.flatMap(wordsOf)),
    ...graph.ofKind('ConfigMap').flatMap(({ content }) => Object.values(content.data)),
  ];
  return texts.some((text) => /\bcreate\s+(database|user|role)\b|\b(createdb|createuser)\b/i.test(text));
});

function loginFaults(dial: Dial, login: Login, store: Store): Fault[] {
  const account = store.accounts.find(({ user }) => user === login.user);
  if (!account)
    return [
      unknownFault(
        dial,
        store,
        'user',
        login.user,
        store.accounts.map(({ user }) => user),
      ),
    ];
  const password = store.container.variables.get(account.password);
  return [
    ...when(isOther(login.password, password), () => ({
      code: 'SECRET_MISMATCH',
      message: `${dial.host.variable} of ${called(dial.workload)} has another password for its user than ${account.password} of ${called(store.workload)}: it will be refused.`,
      here: dial.host.place,
      there: password?.place ?? inContainer(store.container, 'env'),
      fix: 'Take both from one key of one Secret.',
    })),
    ...(login.database === undefined || account.databases?.includes(login.database) !== false
      ? []
      : [unknownFault(dial, store, 'database', login.database, account.databases)]),
  ];
}

const isOther = (sent: string | undefined, wanted: EnvEntry | undefined): boolean =>
  sent !== undefined && sent !== '' && wanted?.value !== undefined && wanted.value !== sent;

/** Someone may have made it by hand. */
const unknownFault = (
  { host, workload }: Dial,
  store: Store,
  ...[what, sent, known]: [what: 'user' | 'database', sent: string, known: readonly string[]]
): Fault => ({
  code: 'CLIENT_UNKNOWN',
  severity: 'warning',
  message: `The ${what} in ${host.variable} of ${called(workload)} is ${host.secret ? notShown : `"${sent}"`}, and ${called(store.workload)} is made with ${host.secret ? 'another' : listed(known, (one) => `"${one}"`)}.`,
  here: host.place,
  there: inContainer(store.container, 'image'),
  fix: host.secret
    ? `Write the ${what} that the store is made with.`
    : `Write ${known[0] ?? ''}, or make it.`,
});
