import { AsyncLocalStorage } from 'node:async_hooks';

/** Which reconcile a logged line is of. */
export interface ReconcileId {
  readonly kind: string;
  /** `<namespace>/<name>`. */
  readonly stack: string;
  /** Unique in this process. */
  readonly reconcile: number;
}

const running = new AsyncLocalStorage<ReconcileId>();
let begun = 0;

/** Begins a reconcile: `reconcileNow` answers its id in everything that the work calls or awaits. */
export const asReconcile = <T>(of: Omit<ReconcileId, 'reconcile'>, work: () => T): T =>
  running.run({ ...of, reconcile: ++begun }, work);

/** The fields of a line that is logged now; none outside of a reconcile. */
export const reconcileNow = (): Partial<ReconcileId> => running.getStore() ?? {};
