import type { Episode, RecordStore } from '../../../app/stores/types.ts';

/** Records that are wrong, each in one way: that the checker finds them shows that it can fail. */

type Method = (...args: never[]) => Promise<unknown>;
type Replaced = Partial<Record<keyof RecordStore, Method>>;

/** A record some of whose methods are others. */
const changed = (record: RecordStore, methods: Replaced): RecordStore =>
  new Proxy(record, {
    get(target, key) {
      if (key in methods) return methods[key as keyof Replaced];
      const member: unknown = Reflect.get(target, key, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });

/** A record whose fault can be changed while it is used. */
export function plantable(record: RecordStore): {
  readonly record: RecordStore;
  readonly plant: (fault: Fault) => void;
} {
  let current = record;
  const member = (key: string | symbol): unknown => {
    const one: unknown = Reflect.get(current, key);
    return typeof one === 'function' ? (one.bind(current) as unknown) : one;
  };
  return {
    record: new Proxy(record, { get: (_target, key) => member(key) }),
    plant: (fault) => (current = fault(record)),
  };
}

type Fault = (record: RecordStore) => RecordStore;

/** Says of a message that it is stored, and does not store it. */
function losing(record: RecordStore): RecordStore {
  const addMessage: RecordStore['addMessage'] = async (episode, facts, lease) => {
    if (episode.id !== 'm2') return record.addMessage(episode, facts, lease);
    const { epoch = 'none', offset = 0 } = (await record.position(episode)) ?? {};
    return { epoch, offset: offset + 1, recordedAt: episode.recordedAt, duplicate: false };
  };
  return changed(record, { addMessage });
}

/** Stores each answer twice. */
function doubling(record: RecordStore): RecordStore {
  const settle: RecordStore['settle'] = async (claim, outcome) => {
    const settled = await record.settle(claim, outcome);
    const { patientId, sessionId } = claim;
    await record.addMessage({ ...outcome.turn, patientId, sessionId, id: `${outcome.turn.id} again` }, []);
    return settled;
  };
  return changed(record, { settle });
}

const firstSkipped = 3;

/** Leaves out an offset. */
function skipping(record: RecordStore): RecordStore {
  const shifted = (value: unknown): unknown =>
    value === undefined
      ? undefined
      : JSON.parse(JSON.stringify(value), (key, one: unknown) =>
          key === 'offset' && Number(one) >= firstSkipped ? Number(one) + 1 : one,
        );
  return new Proxy(record, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        const after = args[1];
        const asked =
          key === 'events' && Number(after) >= firstSkipped ? args.with(1, Number(after) - 1) : args;
        return shifted(await Reflect.apply(member, target, asked));
      };
    },
  });
}

/** Knows less of how far a log has got than it has said. */
function lagging(record: RecordStore): RecordStore {
  const position: RecordStore['position'] = async (scope) => {
    const real = await record.position(scope);
    return real && { ...real, offset: Math.max(0, real.offset - 2) };
  };
  return changed(record, { position });
}

/** Tells what another patient said. */
function mixing(record: RecordStore): RecordStore {
  const all: Episode[] = [];
  const addMessage: RecordStore['addMessage'] = (episode, facts, lease) => {
    all.push(episode);
    return record.addMessage(episode, facts, lease);
  };
  const events: RecordStore['events'] = async (scope, after, limit) => {
    const { text } = all.find(({ patientId }) => patientId !== scope.patientId) ?? {};
    const real = await record.events(scope, after, limit);
    return real.map((event) => (text ? { ...event, turn: { ...event.turn, text } } : event));
  };
  return changed(record, { addMessage, events });
}

const none: Fault = (record) => record;

export const planted = { none, losing, doubling, skipping, lagging, mixing };
