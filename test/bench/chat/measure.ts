import { measureIdle } from './idle.ts';
import { measureHostile } from './hostile.ts';
import { measureStorm, wholeStorm, type Stormed } from './storm.ts';
import { measureEcho, measureEmbedded, measureReal, type Effort } from './turns.ts';

/** What is measured, by name: each may be asked for alone. */
export const partNames = ['embedded', 'real', 'echo', 'idle', 'hostile', 'storm'] as const;
/** Less than the dev preset's pod has. */
const devHeapMb = 268;

export type PartName = (typeof partNames)[number];

export interface Sizes extends Effort {
  /** Clients of the storm. */
  readonly clients: number;
  /** Idle connections. */
  readonly connections: number;
}

/** What was not asked for is missing. */
export interface Figures extends Partial<Stormed> {
  readonly turnsPerSecond: { readonly embedded?: number; readonly real?: number };
  /** On embedded stores, as the delay of the event loop. */
  readonly ackP50Ms?: number;
  readonly ackP99Ms?: number;
  readonly loopDelayP99Ms?: number;
  /** Times the peer's durable turns, on the same stores. */
  readonly vsFastapi?: number;
  readonly echoVsFastapi100?: number;
  readonly echoVsFastapi1000?: number;
  readonly rssPerConnectionKb?: number;
  readonly idleRssMb?: number;
}

export interface Measured {
  readonly figures: Figures;
  /** Every round, by part. */
  readonly samples: Readonly<Record<string, unknown>>;
}

/** Measures what is asked for, one after the other. */
export async function measureChat(
  names: readonly PartName[],
  sizes: Sizes,
  say: (line: string) => void,
): Promise<Measured> {
  const samples: Record<string, unknown> = {};
  const asked = async <T>(
    name: PartName,
    part: string,
    measure: () => Promise<T>,
  ): Promise<T | undefined> => {
    if (!names.includes(name)) return undefined;
    const measured = await measure();
    say(`${part}: ${JSON.stringify(measured)}`);
    samples[part] = measured;
    return measured;
  };
  const embedded = await asked('embedded', 'embedded', () => measureEmbedded(sizes));
  const real = await asked('real', 'real', () => measureReal(sizes));
  const echo100 = await asked('echo', 'echo100', () => measureEcho(sizes, 100));
  const echo1000 = await asked('echo', 'echo1000', () => measureEcho(sizes, 1_000));
  const idle = await asked('idle', 'idle', () => measureIdle(sizes.root, sizes.connections));
  // It holds its figures against limits itself; they are written with `--write`, and are none of speed.
  await asked('hostile', 'hostile', () => measureHostile(sizes.root, devHeapMb));
  const stormed = await asked('storm', 'storm', () =>
    measureStorm(sizes.root, { ...wholeStorm, clients: sizes.clients }),
  );
  const { turnsPerSecond, ...acks } = embedded ?? {};
  const figures = {
    turnsPerSecond: present({ embedded: turnsPerSecond, real: real?.appPerSecond }),
    ...acks,
    ...present({
      vsFastapi: real?.ratio,
      echoVsFastapi100: echo100?.ratio,
      echoVsFastapi1000: echo1000?.ratio,
      rssPerConnectionKb: idle?.rssPerConnectionKb,
      idleRssMb: idle?.idleRssMb,
    }),
    ...stormed,
  };
  return { figures, samples };
}

/** What has a value. */
function present<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
