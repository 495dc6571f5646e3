import { environmentOf, type EnvValue } from '../../model/environment.ts';
import { isWorkload, type Stack, type Workload } from '../../model/stack.ts';
import { nearest } from '../../model/nearest.ts';
import { masked, redactorFor, type Redactor } from '../../model/redact.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Check, Place } from './check.ts';
import { environmentIn, type SetVariable } from './pod-environment.ts';
import { workloadIn, type RunningPod } from './running.ts';
import { mooringOfDocument } from '../same-stack.ts';

type RemedyWith = (effect: string) => string | undefined;

/** What was seen of a stack beside its contract. */
export interface Seen {
  readonly rendered: readonly KubeObject[];
  readonly live: readonly KubeObject[];
  readonly running: readonly RunningPod[];
  /** What takes a variable back, and with which effect; `undefined` where nothing is known to. */
  readonly remedy: RemedyWith;
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
  const { remedy } = seen;
  const names = [...new Set([...contract.keys(), ...rendered.keys(), ...live.keys()])].sort();
  const checks = names.flatMap((name) =>
    variableCheck(service, name, { contract: contract.get(name), rendered, live, running, remedy }),
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
  readonly remedy: RemedyWith;
}

function variableCheck(service: Workload, name: string, layers: Layers): Check[] {
  const should = layers.contract ? textOf(layers.contract) : null;
  const [rendered, live] = [layers.rendered.get(name), layers.live.get(name)];
  const astray = runningAstray(name, layers, live);
  const same = [rendered, live].every((set) => (set?.value ?? null) === should);
  if (same && astray.length === 0) return [];
  const redactor = redactorFor(service.variables ?? {});
  const fit = (set: SetVariable | undefined): string | null => shown(name, set, { should, redactor });
  const told = astray.map((place) => ({
    ...place,
    value: place.value === null ? null : redacted(name, place.value, redactor, masked),
  }));
  const { remedy } = layers;
  const said = { should, rendered: fit(rendered), live: fit(live), astray: told, remedy };
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

/**
 * A secret is shown as its place; a secret that is written as a plain value is masked. What the contract itself says is
 * no secret, whatever it is called.
 */
function shown(
  name: string,
  set: SetVariable | undefined,
  { should, redactor }: { should: string | null; redactor: Redactor },
): string | null {
  if (set === undefined) return null;
  if (set.isSecret || set.value === should) return set.value;
  return redacted(name, set.value, redactor, '(a value written down, not shown)');
}

const redacted = (name: string, value: string, redactor: Redactor, mask: string): string =>
  redactor.isSecret(name) ? mask : redactor.settings(value);

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
  readonly remedy: RemedyWith;
}

type Sentence = Pick<Check, 'verdict' | 'says' | 'fix'>;

function sentence(service: Workload, name: string, said: Said): Sentence {
  const { should, live, remedy } = said;
  const fix = remedy(
    ` (explained by "${mooringOfDocument(`explain ${name}`)}"), and restarts ${service.name}`,
  );
  if (should === null && live !== null) return unforeseen(service, name, live, fix);
  if (live === should) return behind(service, name, said);
  return {
    verdict: 'wrong',
    says: `${service.name}: ${name} is ${live ?? 'not set'} in the cluster, but the contract says ${should ?? 'nothing'}.`,
    ...fixed(fix),
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
    fix: mooringOfDocument('synth'),
  };
}

const fixed = (fix: string | undefined): Pick<Check, 'fix'> => (fix === undefined ? {} : { fix });

function unforeseen(service: Workload, name: string, live: string, fix: string | undefined): Sentence {
  const variables = Object.keys(service.variables ?? {});
  if (variables.includes(name))
    return {
      verdict: 'wrong',
      says: `${service.name}: ${name} is ${live} in the cluster; the document does not set it.`,
      ...fixed(fix),
    };
  const near = nearest(name, variables);
  const says = `${service.name}: ${name} is set in the cluster, but nothing reads it.${near ? ` Did you mean ${near}?` : ''}`;
  return { verdict: 'note', says, ...fixed(fix) };
}
