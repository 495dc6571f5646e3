import { findDocument } from '../charts-ts/read-document.ts';
import { chatKind } from '../contract/chat-kind.ts';
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { synth } from '../charts-ts/synth.ts';
import { UserError } from '../charts-ts/user-error.ts';
import { StackError } from '../model/define-stack.ts';
import { errorCodes } from '../model/errors.ts';
import { status } from '../contract/http.ts';
import type { Stack } from '../model/stack.ts';
import { suffixes, workloadName } from '../model/names.ts';
import { backendName } from '../contract/services/backend-ports.ts';
import { httpPaths } from '../contract/services/backend.ts';
import { poll } from '../test/servers/poll.ts';
import { chatUrlOnKind, kindClusterName, kindContext, kindPlan, type Step } from './kind-plan.ts';
import { dockerAnswers, succeeds } from './programs.ts';

/** `npm run kind`: the stack on a kind cluster on this machine, from nothing to the chat's URL. */
const unavailable = 69;

requirePrograms();
const { stack, folder, source } = synthesised();
console.log(`Stack "${stack.name}" from ${source}.`);
for (const step of kindPlan(stack, `${relative('.', folder)}/`, clusterIsThere())) perform(step);
await tell(stack);

/** Lists every missing program at once. */
function requirePrograms(): void {
  const missing = [
    ...(dockerAnswers()
      ? []
      : ['`docker info` fails: install Docker, or start its engine. kind runs its nodes in it.']),
    ...(succeeds('kind', ['version'])
      ? []
      : ['kind is not on PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation']),
    ...(succeeds('kubectl', ['version', '--client'])
      ? []
      : ['kubectl is not on PATH: https://kubernetes.io/docs/tasks/tools/']),
  ];
  if (missing.length === 0) return;
  console.error(
    [
      'A kind cluster needs more than this machine has:',
      ...missing.map((line) => `  - ${line}`),
      'Without any of these: npm start',
    ].join('\n'),
  );
  process.exit(unavailable);
}

function synthesised(): ReturnType<typeof synth> {
  try {
    return synth(findDocument([chatKind], process.env['MOORING_STACK']));
  } catch (error) {
    if (!(error instanceof UserError || error instanceof StackError)) throw error;
    console.error(error.message);
    return process.exit(errorCodes.STACK_INVALID.exit);
  }
}

function clusterIsThere(): boolean {
  const { stdout } = spawnSync('kind', ['get', 'clusters'], { encoding: 'utf8' });
  return stdout.split('\n').includes(kindClusterName);
}

/** Runs a step with its own output; a failure ends the process with the step's exit code. */
function perform({ says, command, input }: Step): void {
  const [program, ...args] = command;
  console.log(`\n${says}: ${command.join(' ')}`);
  const { status: code } = spawnSync(program, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'inherit', 'inherit'],
    ...(input === undefined ? {} : { input }),
  });
  if (code === 0) return;
  console.error(
    `\n${says} failed (see above). What was done stays: fix the cause and run "npm run kind" again, ` +
      `or start over after "kind delete cluster --name ${kindClusterName}".`,
  );
  process.exit(code ?? 1);
}

async function tell(made: Stack): Promise<void> {
  const url = chatUrlOnKind(made);
  if (url === undefined) {
    const service = `service/${workloadName(made.name, backendName)}-${suffixes.page}`;
    console.log(`
The chat runs; the stack has no node port (spec.backend.nodePort), so reach it by
  kubectl --context ${kindContext} -n ${made.namespace} port-forward ${service} :http`);
    return;
  }
  const answers = async () =>
    status.parse(
      await (await fetch(`${url}${httpPaths.status}`, { signal: AbortSignal.timeout(5_000) })).json(),
    ).ready;
  if ((await poll(answers, { timeoutMs: 60_000 })) === 'met') {
    console.log(`
Chat:    ${url}/chat/patient:demo
kubectl: kubectl --context ${kindContext} -n ${made.namespace} get pods
The end: kind delete cluster --name ${kindClusterName}`);
    return;
  }
  console.error(
    `Every pod is ready, but no chat answers at ${url}. If the cluster "${kindClusterName}" is older than this ` +
      `configuration, its ports are mapped otherwise: kind delete cluster --name ${kindClusterName}, then again.`,
  );
  process.exitCode = unavailable;
}
