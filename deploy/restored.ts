import {
  elementOfItem,
  isSetOfValues,
  isWhole,
  keysOfItems,
  noFields,
  type FieldSet,
} from '../kube/fields.ts';
import { isFields, type Fields } from '../model/fields.ts';

/**
 * The result of a server-side apply to `live` when the applier owns `taken` and applies `desired`: fields it owns and
 * no longer applies are removed, applied ones set, all others (defaults, fields of admission webhooks) kept. Needed
 * because no dry run can take fields over and apply in one request.
 */
export function restored(live: unknown, taken: FieldSet | undefined, desired: unknown): unknown {
  if (desired === undefined) return taken === undefined ? live : undefined;
  const isAtomic = taken !== undefined && isWhole(taken);
  if (isAtomic || live === undefined) return desired;
  if (Array.isArray(live) && Array.isArray(desired)) return restoredList(live, taken ?? noFields, desired);
  return isFields(live) && isFields(desired) ? restoredFields(live, taken ?? noFields, desired) : desired;
}

function restoredFields(live: Fields, taken: FieldSet, desired: Fields): Fields {
  const names = [...new Set([...Object.keys(live), ...Object.keys(desired)])];
  const fields = names.map((name): [string, unknown] => {
    const inside = taken[`f:${name}`];
    if (freeMaps.includes(name) && isFields(live[name]))
      return [name, restoredMap(live[name], inside, desired[name])];
    return [name, restored(live[name], inside, desired[name])];
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/**
 * Maps to which admission webhooks add keys without an owner. Of these only owned keys are removed; any other struct
 * goes as a whole, defaults included, when every applied field of it goes.
 */
const freeMaps = ['labels', 'annotations'];

function restoredMap(live: Fields, taken: FieldSet | undefined, desired: unknown): Fields | undefined {
  const map = restoredFields(live, taken ?? noFields, isFields(desired) ? desired : {});
  return Object.keys(map).length > 0 ? map : undefined;
}

/** An item of the resulting list, with its index in the live list, if it has one. */
interface Placed {
  readonly from: number | undefined;
  readonly item: unknown;
}

function restoredList(live: readonly unknown[], taken: FieldSet, desired: readonly unknown[]): unknown[] {
  const keys = keysOfItems(taken);
  if (!keys && !isSetOfValues(taken)) return [...desired];
  const isSame = (one: unknown, other: unknown): boolean =>
    keys ? haveSame(keys, one, other) : one === other;
  const placed = desired.map((wanted): Placed => {
    const from = live.findIndex((item) => isSame(wanted, item));
    if (from === -1) return { from: undefined, item: wanted };
    const element = elementOfItem(taken, live[from], from);
    return { from, item: restored(live[from], element === undefined ? undefined : taken[element], wanted) };
  });
  return withUnowned(live, taken, placed).map(({ item }) => item);
}

/** Inserts the live items without owner and without a namesake, each after the item it followed. */
function withUnowned(live: readonly unknown[], taken: FieldSet, placed: readonly Placed[]): Placed[] {
  const list = [...placed];
  for (const [from, item] of live.entries()) {
    const stays = elementOfItem(taken, item, from) === undefined && !list.some((one) => one.from === from);
    if (!stays) continue;
    const before = list.findLastIndex((one) => one.from !== undefined && one.from < from);
    list.splice(before + 1, 0, { from, item });
  }
  return list;
}

/** An absent key field has its default; the other keys identify at most one item. */
const haveSame = (keys: readonly string[], wanted: unknown, item: unknown): boolean =>
  isFields(wanted) &&
  isFields(item) &&
  keys.every((key) => wanted[key] === undefined || wanted[key] === item[key]);
