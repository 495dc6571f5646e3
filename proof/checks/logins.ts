import type { Account } from '../../model/pack.ts';
import { onlyNearest } from '../../model/nearest.ts';
import type { Fault } from '../findings.ts';
import { wordsOf } from '../graph/command-words.ts';
import type { Dial, DialLogin, DialPart } from '../graph/dial.ts';
import type { EnvEntry } from '../graph/environment.ts';
import type { Graph } from '../graph/graph.ts';
import { resolveHost } from '../graph/hosts.ts';
import { imageFactsOf, isServer } from '../graph/images.ts';
import { oncePer } from '../graph/once-per.ts';
import { selectedBy, servicePort, targetOf } from '../graph/ports.ts';
import { processOf } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { partText } from './redial.ts';
import { called, inContainer, when, type Check, type Subject } from './subject.ts';

/** The user, password and database that a client is told must be those that the server's image makes at its first start. */
export const logins: Check = (subject) =>
  subject.dials.flatMap((dial): Fault[] => {
    const host = resolveHost(subject.graph, dial.workload.namespace, dial.host.text);
    const { login } = dial;
    const port = host.kind === 'service' ? servicePort(host.service, Number(dial.port.text)) : undefined;
    if (!login || host.kind !== 'service' || !port) return [];
    const others = subject.dialsTo(host.service).filter((other) => other !== dial);
    return selectedBy(subject.graph, host.service).flatMap((workload) =>
      workload.containers.flatMap((container) => {
        const number = targetOf(port, workload)?.number ?? 0;
        const accounts = makesUsers(subject.graph) ? [] : accountsIn(subject, workload, container, number);
        return accounts.length === 0
          ? passwordFaults(subject, dial, { workload, container, number })
          : loginFaults(dial, login, { workload, container, accounts, others });
      }),
    );
  });

interface Store {
  readonly workload: Workload;
  readonly container: Container;
  readonly accounts: readonly Account[];
  /** The other connections to it. */
  readonly others: readonly Dial[];
}

/** None where its environment is not known whole, or a mounted script may make others. */
function accountsIn(
  { graph, beside }: Subject,
  workload: Workload,
  container: Container,
  port: number,
): readonly Account[] {
  const { product, facts } = imageFactsOf(beside.images, workload, container);
  const known = facts.find(({ accounts }) => accounts !== undefined);
  const speaks = facts.some((one) => Object.hasOwn(one.speaks ?? {}, port));
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

function loginFaults(dial: Dial, { user, password: sent, database }: DialLogin, store: Store): Fault[] {
  const account = store.accounts.find((one) => one.user === user?.text);
  const password = account && store.container.variables.get(account.password);
  return [
    ...(user && !account ? [unknownUser(dial, user, sent, store)] : []),
    ...when(isOther(sent?.text, password), () => ({
      code: 'SECRET_MISMATCH',
      message: `${sent?.variable ?? ''} of ${called(dial.workload)} has another password for its user than ${password?.name ?? ''} of ${called(store.workload)}: it will be refused.`,
      here: (sent ?? dial.host).place,
      there: password?.place ?? inContainer(store.container, 'env'),
      fix: 'Take both from one key of one Secret.',
    })),
    ...(database ? unknownDatabase(dial, database, account ? [account] : store.accounts, store) : []),
  ];
}

interface Server extends Pick<Store, 'workload' | 'container'> {
  readonly number: number;
}

/** A store with one password for all that name no user of their own. */
function passwordFaults(
  subject: Subject,
  { workload: client, login: { user, password: sent } = {} }: Dial,
  server: Server,
): Fault[] {
  if (!sent || sent.text === '' || !['default', '', undefined].includes(user?.text)) return [];
  const { workload, container } = server;
  const wanted = passwordOf(subject, server);
  return when(wanted !== undefined && wanted !== sent.text, () => ({
    code: 'SECRET_MISMATCH',
    message: `${sent.variable} of ${called(client)} has another password than ${called(workload)} is told to require: it will be refused.`,
    here: sent.place,
    there: inContainer(container, container.spec.args.length > 0 ? 'args' : 'command'),
    fix: 'Take both from one key of one Secret.',
  }));
}

/** The password of the server at a port, as far as it is known. */
function passwordOf({ graph, beside }: Subject, { workload, container, number }: Server): string | undefined {
  const { product, facts } = imageFactsOf(beside.images, workload, container);
  const known = facts.find(({ password }) => password !== undefined);
  const running = processOf(graph, workload, container);
  if (!known || container.init || !container.envKnown || !isServer(running, known, product)) return undefined;
  const isHere = known.listens?.(running)?.some(({ port }) => port === number);
  return isHere ? known.password?.(running) : undefined;
}

const isOther = (sent: string | undefined, wanted: EnvEntry | undefined): boolean =>
  sent !== undefined && sent !== '' && wanted?.value !== undefined && wanted.value !== sent;

/** One may be made by hand; with the password of the one that is made, that one is meant. */
function unknownUser(dial: Dial, user: DialPart, sent: DialPart | undefined, store: Store): Fault {
  const known = store.accounts.map((one) => one.user);
  const isMeant = store.accounts.some(
    ({ password }) => sent !== undefined && store.container.variables.get(password)?.value === sent.text,
  );
  return unknownFault(dial, user, store, { known, isMeant });
}

function unknownDatabase(
  dial: Dial,
  database: DialPart,
  accounts: readonly Account[],
  store: Store,
): Fault[] {
  const known = accounts.flatMap(({ databases }) => databases ?? []);
  if (known.includes(database.text) || accounts.some(({ databases }) => databases === undefined)) return [];
  // Programs may make databases of their own; one of a name that none asks for was made for this client.
  const isNamed = accounts.some(
    ({ database: name = '', databases: [made = '', ...always] = [] }) =>
      store.container.variables.has(name) && !always.includes(made),
  );
  const isAlone = store.others.every(({ login }) => (login?.database ?? database).text === database.text);
  return [unknownFault(dial, database, store, { known, isMeant: isNamed && isAlone })];
}

function unknownFault(
  { workload }: Dial,
  sent: DialPart,
  store: Store,
  { known, isMeant }: { readonly known: readonly string[]; readonly isMeant: boolean },
): Fault {
  const isSlip = onlyNearest(sent.text, known) !== undefined;
  return {
    code: 'CLIENT_UNKNOWN',
    severity: isMeant || isSlip ? 'error' : 'warning',
    message: `${capitalised(partText(sent))} of ${called(workload)}, and ${called(store.workload)} is made with ${sent.secret ? 'another' : listed(known, (one) => `"${one}"`)}.`,
    here: sent.place,
    there: inContainer(store.container, 'image'),
    fix: sent.secret ? 'Write what the store is made with.' : `Write ${known[0] ?? ''}, or make it.`,
  };
}

const capitalised = (text: string): string => text.replace(/^the /, 'The ');
