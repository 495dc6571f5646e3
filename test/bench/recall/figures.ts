/** What came out of one question. */
export interface Sample {
  readonly evidence: readonly string[];
  /** Ids of the turns that were found, best first, each once. */
  readonly found: readonly string[];
  readonly ms: number;
}

export interface Figures {
  readonly questions: number;
  readonly any5: number;
  readonly any10: number;
  readonly all5: number;
  readonly all10: number;
  readonly all20: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** `anyN`: the share of questions of which one right turn is among the first N; `allN`, all are. */
export function figuresOf(samples: readonly Sample[]): Figures {
  const share = (isCounted: (sample: Sample) => boolean): number =>
    rounded(samples.filter(isCounted).length / samples.length, 3);
  const any = (most: number): number =>
    share(({ evidence, found }) => evidence.some((id) => found.slice(0, most).includes(id)));
  const all = (most: number): number =>
    share(({ evidence, found }) => evidence.every((id) => found.slice(0, most).includes(id)));
  const times = samples.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (part: number): number => rounded(times[Math.floor(part * (times.length - 1))] ?? 0, 1);
  return {
    questions: samples.length,
    ...{ any5: any(5), any10: any(10), all5: all(5), all10: all(10), all20: all(20) },
    ...{ p50Ms: at(0.5), p95Ms: at(0.95) },
  };
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
