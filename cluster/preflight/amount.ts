const factors: Readonly<Record<string, number>> = {
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

/** Any Kubernetes quantity as a number: cores, bytes or pieces. The API server wrote it, so one that is none is NaN. */
export function amountOf(quantity: string): number {
  const [, number = '', unit = ''] = /^([0-9.eE+-]*[0-9.])([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(number === '' ? Number.NaN : number) * (factors[unit] ?? Number.NaN);
}
