import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { kubernetesBinaries } from '../../servers/kubernetes/programs.ts';
import { chatStackIn, conditionOf, until, userOf, type User } from './lab.ts';
import { operated, startOperated } from './operated.ts';

/** `npm run capture:incident`: writes what `kubectl get cstack -w` shows of the incident into docs/operator.md. */
const page = 'docs/operator.md';
const { name, namespace } = operated;

const lab = await startOperated();
const { server } = lab;
const user = userOf(server);
try {
  await server.kubectl(['apply', '--server-side', '-f', 'operator/manifests/chatstacks.yaml']);
  for (const one of ['mooring-system', namespace]) await server.createNamespace(one);
  await lab.startOperator();
  await until('the document', () => user.apply(chatStackIn(namespace, {}, name)).then(() => true));
  await lab.startBackend();
  await shows(user, 'Ready', 'True Available');
  const captured = await watched(async () => {
    await document({ drift: 'report' });
    await editPort(6380);
    await shows(user, 'RedisReady', 'False Closed');
    await shows(user, 'Ready', 'False WorkloadsNotReady');
    await document({ drift: 'heal' });
    await shows(user, 'RedisReady', 'True Open');
    await shows(user, 'Ready', 'True Available');
  });
  const text = await readFile(page, 'utf8');
  await writeFile(page, text.replace(/```text\n[^]*?```/, `\`\`\`text\n${captured}\`\`\``));
} finally {
  user.cluster.api.close();
  await lab.stop();
}

async function document(spec: object): Promise<void> {
  await user.apply(chatStackIn(namespace, spec, name));
}

async function editPort(value: number): Promise<void> {
  const service = await user.read('v1', 'Service', namespace, `${name}-redis`);
  if (service) await user.patch(service, [{ op: 'replace', path: '/spec/ports/0/port', value }]);
}

function shows({ resource }: User, type: string, words: string): Promise<void> {
  return until(
    `${type} to be ${words}`,
    async () => conditionOf(await resource(namespace, name), type) === words,
  );
}

/** What `kubectl get cstack -w` prints meanwhile. */
async function watched(happening: () => Promise<void>): Promise<string> {
  const { kubectl } = await kubernetesBinaries();
  const args = ['--kubeconfig', server.kubeconfigPath, '-n', namespace, 'get', 'cstack', '-w'];
  const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await until('the first row', () => Promise.resolve(printed.includes(name)));
  await happening();
  const rows = (): number => printed.split('\n').length;
  const before = rows();
  await until('the last row', () => Promise.resolve(rows() >= before));
  child.kill();
  await once(child, 'close');
  return printed;
}
