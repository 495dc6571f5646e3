import fc from 'fast-check';
import { manners, type Manner } from './model.ts';

/** What is in front of each store. */
export const proxied = ['record', 'index', 'redis'] as const;
export type Proxied = (typeof proxied)[number];

export const faults = ['down', 'latency', 'timeout', 'resetPeer', 'bandwidth', 'slicer'] as const;
export type Fault = (typeof faults)[number];

/** Calls of the stores around which a replica is killed: those of a commit, a claim, a settlement, and what follows. */
const killable = [
  ...[
    'addMessage',
    'oweAgain',
    'claim',
    'settle',
    'renew',
    'release',
    'outcomeOf',
    'position',
    'events',
    'history',
  ],
  ...['markIndexed', 'add', 'addTurn', 'fill', 'recentTurns'],
];

/** One thing that happens; numbers choose among what there is then. */
export type Action =
  | { readonly what: 'say'; readonly tab: number; readonly manner: Manner }
  /** Says a message that replaces an earlier one. */
  | { readonly what: 'edit'; readonly tab: number; readonly which: number }
  /** Ends the answers in progress. */
  | { readonly what: 'stop'; readonly tab: number }
  /** The network ends a connection. */
  | { readonly what: 'cut'; readonly tab: number }
  | { readonly what: 'open'; readonly session: number }
  /** Connects from an earlier position than the last one known. */
  | { readonly what: 'visit'; readonly session: number; readonly back: number }
  | { readonly what: 'fault'; readonly store: Proxied; readonly fault: Fault; readonly forMs: number }
  | { readonly what: 'restartRedis'; readonly keepsData: boolean }
  /** Only where the record is a server of its own. */
  | { readonly what: 'crashRecord' }
  | { readonly what: 'kill'; readonly replica: number }
  | { readonly what: 'terminate'; readonly replica: number }
  | {
      readonly what: 'failpoint';
      readonly replica: number;
      readonly method: string;
      readonly when: 'before' | 'after';
      readonly nth: number;
    };

export type Step = Action & { readonly thenMs: number };

/** What happens in one seed. */
export interface Plan {
  /** How many tabs each session has at first, by patient. */
  readonly patients: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}

const pick = fc.nat(997);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 42,
    arbitrary: fc.record({
      what: fc.constant('say'),
      tab: pick,
      manner: fc.constantFrom('quick', 'quick', ...manners),
    }),
  },
  { weight: 9, arbitrary: fc.record({ what: fc.constant('edit'), tab: pick, which: pick }) },
  { weight: 9, arbitrary: fc.record({ what: fc.constant('stop'), tab: pick }) },
  { weight: 12, arbitrary: fc.record({ what: fc.constant('cut'), tab: pick }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('open'), session: pick }) },
  { weight: 9, arbitrary: fc.record({ what: fc.constant('visit'), session: pick, back: fc.nat(6) }) },
  {
    weight: 9,
    arbitrary: fc.record({
      what: fc.constant('fault'),
      store: fc.constantFrom(...proxied),
      fault: fc.constantFrom(...faults),
      forMs: fc.integer({ min: 50, max: 1_200 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('restartRedis'), keepsData: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crashRecord') }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('kill'), replica: pick }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('terminate'), replica: pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('failpoint'),
      replica: pick,
      method: fc.constantFrom(...killable),
      when: fc.constantFrom('before', 'after'),
      nth: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

const plan: fc.Arbitrary<Plan> = fc.record({
  patients: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 3,
  }),
  steps: fc.array(
    fc
      .tuple(action, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 150 })))
      .map(([one, thenMs]) => ({ ...one, thenMs })),
    { minLength: 15, maxLength: 40 },
  ),
});

/** The same plan for the same seed. */
export function planOf(seed: number): Plan {
  const [made] = fc.sample(plan, { seed, numRuns: 1 });
  if (made === undefined) throw new Error('fast-check made no plan.');
  return made;
}

/** A plan in the middle of which the record is killed. */
export const withCrash = ({ patients, steps }: Plan): Plan => ({
  patients,
  steps: steps.toSpliced(Math.floor(steps.length / 2), 0, { what: 'crashRecord', thenMs: 100 }),
});
