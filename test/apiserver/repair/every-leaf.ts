import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { hidden, type FieldChange } from '../../../deploy/changes.ts';
import { execute, obstaclesOf } from '../../../deploy/execute.ts';
import { nameOf, type KubeObject } from '../../../kube/objects.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { edited, editsOf, stepsOf, type Edit } from './edits.ts';
import { contentOf, startLab, type Pair } from './lab.ts';

const lab = forSuite(startLab);

/** The ways in which edits arrive: another tool's JSON patch, and the whole object as an editor saves it. */
const ways = {
  'json patch': {
    manager: 'another-tool',
    send: (path: string, _: KubeObject, { patch }: Edit) =>
      lab().cluster.api.request('PATCH', path, {
        query: { fieldManager: 'another-tool' },
        contentType: 'application/json-patch+json',
        body: patch,
        accept: refusals,
      }),
  },
  update: {
    manager: 'kubectl-edit',
    send: (path: string, live: KubeObject, { patch }: Edit) =>
      lab().cluster.api.request('PUT', path, {
        query: { fieldManager: 'kubectl-edit' },
        body: edited(live, patch),
        accept: refusals,
      }),
  },
} as const;
export type Way = keyof typeof ways;
const refusals = [400, 403, 422];

interface Case {
  /** Which of the rendered objects. */
  readonly index: number;
  readonly edit: Edit;
  readonly way: Way;
}

/** As many copies of the stack, each in a namespace of its own, as are edited at the same time. */
const copies = 6;

/** After a failure, so that the next case of the object does not fail for it. */
async function madeAnew(desired: KubeObject): Promise<Pair> {
  const path = await lab().cluster.discovery.pathOf(desired);
  if (desired.kind !== 'Namespace')
    await lab().cluster.api.request('DELETE', path, {
      query: { propagationPolicy: 'Background' },
      accept: [404],
    });
  return lab().made(desired);
}

type Verdict = 'repaired' | 'refused by the API server' | 'without effect';

/** Makes an edit, looks at the plan, applies it by force, and looks again; throws where anything is not as it should be. */
async function judged(desired: KubeObject, original: KubeObject, { edit, way }: Case): Promise<Verdict> {
  const { manager, send } = ways[way];
  const { status, json } = await send(
    await lab().cluster.discovery.pathOf(desired),
    inEditor(original),
    edit,
  );
  if (refusals.includes(status)) return 'refused by the API server';
  const now = json as KubeObject;
  if (isDeepStrictEqual(contentOf(now), contentOf(original))) return 'without effect';
  const plan = await lab().planned(desired);
  expect(plan.refused, 'nothing of the repair is refused').toEqual([]);
  const related = plan.changes.filter(isOf(edit, original, now));
  const told = JSON.stringify(plan.changes);
  expect(related, `its field in ${told}`).not.toEqual([]);
  const isFilledIn = isDeepStrictEqual(valueAt(now, edit.at), edit.before);
  expect(
    related.some(({ path, from }) => shows([path, from], edit.now)),
    `what it is now in ${told}`,
  ).toBe(true);
  expect(
    isFilledIn || related.some(({ path, to }) => shows([path, to], edit.before)),
    `what it was in ${told}`,
  ).toBe(true);
  const isRecorded = now.metadata.managedFields?.some((entry) => entry.manager === manager) === true;
  const managers = new Set(plan.contested.map((one) => one.manager));
  expect([...managers], 'its manager, where the API server has noted it').toEqual(
    isRecorded ? [manager] : [],
  );
  expect(obstaclesOf(plan, false)).toHaveLength(plan.contested.length);
  await execute(lab().cluster, plan, { forceConflicts: true });
  const after = await lab().planned(desired);
  expect(after.live && contentOf(after.live), 'it is as it was').toEqual(contentOf(original));
  expect(after, 'nothing is left to do').toMatchObject({ changes: [], contested: [], refused: [] });
  return 'repaired';
}

/** An object as an editor saves it, whatever became of it since: without the version that was read. */
function inEditor(object: KubeObject): KubeObject {
  const fields = Object.entries(object.metadata).filter(
    ([field]) => field !== 'resourceVersion' && field !== 'managedFields',
  );
  return { ...object, metadata: Object.fromEntries(fields) as unknown as KubeObject['metadata'] };
}

/**
 * Whether a change is of an edit's field, of an item that is called otherwise now, or of the list or struct it is in
 * (where the API server fills in a default for what is removed, or shows a list as a whole).
 */
function isOf(edit: Edit, original: KubeObject, now: KubeObject): (change: FieldChange) => boolean {
  const steps = stepsOf(edit.at);
  const isFilledIn = isDeepStrictEqual(valueAt(now, edit.at), edit.before);
  const field = steps.at(-1) === 'name' || isFilledIn ? steps.slice(0, -1) : steps;
  const places = [humanPath(original, field), humanPath(now, field)];
  if (steps.at(-1) === '-') places.push(humanPath(now, [...steps.slice(0, -1), lastIndex(now, edit.at)]));
  return ({ path }) => places.some((place) => place.startsWith(path) || path.startsWith(place));
}

const lastIndex = (object: KubeObject, at: string): string =>
  String((valueAt(object, at.replace(/\/-$/, '')) as unknown[]).length - 1);

const valueAt = (object: unknown, pointer: string): unknown =>
  stepsOf(pointer).reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | undefined)?.[step],
    object,
  );

/**
 * Whether a value is shown, or is the name in the path; a struct or list by its parts, a secret and what others added by a mark,
 * false by nothing.
 */
const shows = (shown: readonly unknown[], value: unknown): boolean =>
  value === undefined ||
  value === false ||
  typeof value === 'object' ||
  shown.includes('(secret)') ||
  shown.includes(hidden) ||
  JSON.stringify(shown).includes(JSON.stringify(value).slice(1, -1));

/** A pointer as people read it: items by their names, keys that are no words in brackets. */
function humanPath(root: unknown, steps: readonly string[]): string {
  let value = root;
  let path = '';
  for (const step of steps) {
    const isItem = Array.isArray(value);
    value = (value as Record<string, unknown> | undefined)?.[step];
    const name = (value as { name?: string } | undefined)?.name ?? step;
    if (isItem) path += `[${name}]`;
    else path += /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${step}]`;
  }
  return path.replace(/^\./, '');
}

/**
 * Edits every field of the staging preset in every way there is, and asserts that each edit is shown and taken back.
 * @param arriving the ways in which the nth edit of an object arrives.
 */
export async function editEveryLeaf(arriving: (nth: number) => readonly Way[]): Promise<void> {
  const begun = performance.now();
  const stacks = await Promise.all(
    Array.from({ length: copies }, (_, copy) => lab().applied(`copy-${copy}`)),
  );
  const [objects = []] = stacks;
  const cases = objects.flatMap(({ desired }, index) =>
    editsOf(desired).flatMap((edit, nth) => arriving(nth).map((way): Case => ({ index, edit, way }))),
  );
  const counts = new Map<string, number>();
  const failures: string[] = [];
  const queue = cases.values();
  const work = async (stack: Pair[]): Promise<void> => {
    for (const one of queue) {
      const pair = stack[one.index];
      if (!pair) throw new Error('A copy has fewer objects than another.');
      const { desired, original } = pair;
      try {
        const verdict = await judged(desired, original, one);
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      } catch (error) {
        failures.push(`${nameOf(desired)} ${one.edit.what} ${one.edit.at} by ${one.way}: ${String(error)}`);
        stack[one.index] = await madeAnew(desired);
      }
    }
  };
  await Promise.all(stacks.map(work));
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const told = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  console.log(`${cases.length} edits of ${objects.length} objects in ${seconds} s: ${told}.`);
  expect(failures).toEqual([]);
  expect(counts.get('repaired')).toBeGreaterThan(cases.length / 2);
}
