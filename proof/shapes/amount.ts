const powers: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as Kubernetes writes it: `250m`, `1.5Gi`, `2e3`. */
export const amountPattern = /^([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

/** A quantity in its base unit (bytes, cores); not a number when `text` is none. */
export function amount(text: string | number): number {
  if (typeof text === 'number') return text;
  const match = amountPattern.exec(text);
  if (!match?.[1]) return Number.NaN;
  const unit = match[2] ?? '';
  return /^[eE][+-]?\d/.test(unit)
    ? Number(`${match[1]}${unit}`)
    : Number(match[1]) * (powers[unit] ?? Number.NaN);
}
