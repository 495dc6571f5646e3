import type { RecordStore } from '../../../app/stores/types.ts';

/** Leases are ten seconds; a test that kills their owners often cannot wait for each. */
const shorter = 6;

/** The same record, whose leases run out sooner than their owner thinks, as on a slow network. */
export function withShortLeases(record: RecordStore): RecordStore {
  return new Proxy(record, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown =>
        Reflect.apply(member, target, args.map(key === 'renew' ? shortenedNumber : shortened));
    },
  });
}

const shortenedNumber = (arg: unknown): unknown => (typeof arg === 'number' ? arg / shorter : arg);

function shortened(arg: unknown): unknown {
  if (typeof arg !== 'object' || arg === null || !('leaseMs' in arg)) return arg;
  return { ...arg, leaseMs: Number(arg.leaseMs) / shorter };
}
