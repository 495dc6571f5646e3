import { environmentOf, type EnvValue } from '../../model/environment.ts';
import { isWorkload, type Stack, type Workload } from '../../model/stack.ts';
import { nearest } from '../../model/nearest.ts';
import { isSecretName } from '../../model/secret-names.ts';
import { shownText } from '../../model/redact.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Check, Place } from './check.ts';
import { environmentIn, type SetVariable } from './pod-environment.ts';
import { workloadIn, type RunningPod } from './running.ts';

/** What was seen of a stack beside its contract. */
export interface Seen {
  readonly rendered: readonly KubeObject[];
  readonly live: readonly KubeObject[];
  readonly running: readonly RunningPod[];
  /** Objects because of which the API server would refuse an apply. */
  readonly blockedBy?: readonly string[];
}

/** Every variable of every workload whose four layers do not say the same; one line where all do. */
export function environmentChecks(stack: Stack, seen: Seen): Check[] {
  return stack.services.filter(isWorkload).flatMap((service) => serviceChecks(stack, service, seen));
}

function serviceChecks(stack: Stack, service: Workload, seen: Seen): Check[] {
  const find = (objects: readonly KubeObject[]): Map<string, SetVariable> => {
    const workload = workloadIn(objects, stack, service);
    return workload ? environmentIn(workload, objects) : new Map<string, SetVariable>();
  };
  const contract = new Map(environmentOf(stack, service).map((value) => [value.name, value]));
  const [rendered, live] = [find(seen.rendered), find(seen.live)];
  if (live.size === 0 && contract.size > 0) return [];
  const running = seen.running.filter((one) => one.service === service.name);
  const { blockedBy = [] } = seen;
  const names = [...new Set([...contract.keys(), ...rendered.keys(), ...live.keys()])].sort();
  const checks = names.flatMap((name) =>
    variableCheck(service, name, { contract: contract.get(name), rendered, live, running, blockedBy }),
  );
  return checks.length > 0 ? checks : [allAgree(service, names.length, running)];
}

function allAgree(service: Workload, count: number, running: readonly RunningPod[]): Check {
  const asked = running.filter(({ config }) => config !== undefined).length;
  const layers =
    asked > 0 ? 'contract, manifests, cluster and running process' : 'contract, manifests and cluster';
  const id = `env/${service.name}`;
  return { id, verdict: 'ok', says: `${service.name}: ${layers} agree on ${count} variables.` };
}

interface Layers {
  readonly contract: EnvValue | undefined;
  readonly rendered: ReadonlyMap<string, SetVariable>;
  readonly live: ReadonlyMap<string, SetVariable>;
  readonly running: readonly RunningPod[];
  readonly blockedBy: readonly string[];
}

function variableCheck(service: Workload, name: string, layers: Layers): Check[] {
  const should = layers.contract ? textOf(layers.contract) : null;
  const [rendered, live] = [layers.rendered.get(name), layers.live.get(name)];
  const astray = runningAstray(name, layers, live);
  const same = [rendered, live].every((set) => (set?.value ?? null) === should);
  if (same && astray.length === 0) return [];
  const isSecret = service.variables?.[name]?.secret === true || isSecretName(name);
  // What the contract itself says is no secret, whatever it is called.
  const fit = (set: SetVariable | undefined): string | null => shown(set, isSecret && set?.value !== should);
  const { blockedBy } = layers;
  const said = { should, rendered: fit(rendered), live: fit(live), astray, blockedBy };
  return [
    {
      id: `env/${service.name}/${name}`,
      places: placesOf(said, layers.contract, [rendered, live]),
      ...sentence(service, name, said),
    },
  ];
}

function placesOf(said: Said, contract: EnvValue | undefined, sets: (SetVariable | undefined)[]): Place[] {
  const [rendered, live] = sets;
  return [
    { layer: 'contract', value: said.should, where: contract?.from ?? 'nothing sets it' },
    { layer: 'rendered', value: said.rendered, where: rendered?.where ?? 'the manifests' },
    { layer: 'live', value: said.live, where: live?.where ?? 'the cluster' },
    ...said.astray,
  ];
}

/** A secret is shown as its place; a secret that is written as a plain value is masked. */
function shown(set: SetVariable | undefined, isSecret: boolean): string | null {
  if (set === undefined) return null;
  return isSecret && !set.isSecret ? '(a value written down, not shown)' : shownText(set.value);
}

const textOf = (value: EnvValue): string =>
  'value' in value ? value.value : `Secret ${value.secret.name}, key ${value.secret.key}`;

/** The processes that run with something else than what lives in the cluster now; secrets they do not tell. */
function runningAstray(name: string, { running, live }: Layers, set: SetVariable | undefined): Place[] {
  if (set?.isSecret) return [];
  return running.flatMap(({ pod, config }): Place[] => {
    if (config === undefined || !live.has(name)) return [];
    const value = config.values[name] ?? null;
    // An empty variable is unset.
    if ((set?.value ?? '') === (value ?? '') || config.secretsSet.includes(name)) return [];
    return [{ layer: 'running', value, where: `Pod ${pod}, /config` }];
  });
}

/** What each layer says of one variable; null where it says nothing. */
interface Said {
  readonly should: string | null;
  readonly rendered: string | null;
  readonly live: string | null;
  readonly astray: readonly Place[];
  readonly blockedBy: readonly string[];
}

type Sentence = Pick<Check, 'verdict' | 'says' | 'fix'>;

function sentence(service: Workload, name: string, said: Said): Sentence {
  const { should, live, blockedBy } = said;
  const fix = takeBack(service, name, blockedBy);
  if (should === null && live !== null) return unforeseen(service, name, live, fix);
  if (live === should) return behind(service, name, said);
  return {
    verdict: 'wrong',
    says: `${service.name}: ${name} is ${live ?? 'not set'} in the cluster, but the contract says ${should ?? 'nothing'}.`,
    fix,
  };
}

/** The cluster is as it should be; a process or dist/ is not. */
function behind(service: Workload, name: string, { should, live, rendered, astray }: Said): Sentence {
  const [old] = astray;
  if (old)
    return {
      verdict: 'wrong',
      says: `${service.name}: ${name} is ${live ?? 'unset'} in the cluster now, but a process still runs with ${old.value ?? 'none'}.`,
      fix: 'restart its pods: kubectl rollout restart.',
    };
  return {
    verdict: 'wrong',
    says: `${service.name}: ${name} is ${rendered ?? 'not there'} in dist/, but the contract says ${should ?? 'nothing'}.`,
    fix: 'mooring synth',
  };
}

function unforeseen(service: Workload, name: string, live: string, fix: string): Sentence {
  const variables = Object.keys(service.variables ?? {});
  if (variables.includes(name))
    return {
      verdict: 'wrong',
      says: `${service.name}: ${name} is ${live} in the cluster; the document does not set it.`,
      fix,
    };
  const near = nearest(name, variables);
  const says = `${service.name}: ${name} is set in the cluster, but nothing reads it.${near ? ` Did you mean ${near}?` : ''}`;
  return { verdict: 'note', says, fix };
}

function takeBack({ name: service }: Workload, name: string, blocked: readonly string[]): string {
  const once = blocked.length > 0 ? `, once the API server takes ${blocked.join(', ')}` : '';
  return `"mooring apply --force-conflicts" takes it back (explained by "mooring explain ${name}"), and restarts ${service}${once}.`;
}
