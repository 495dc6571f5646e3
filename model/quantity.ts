const mebibytesPer: Readonly<Record<string, number>> = {
  '': 1 / 1_048_576,
  k: 1_000 / 1_048_576,
  M: 1_000_000 / 1_048_576,
  G: 1_000_000_000 / 1_048_576,
  T: 1_000_000_000_000 / 1_048_576,
  Ki: 1 / 1_024,
  Mi: 1,
  Gi: 1_024,
  Ti: 1_048_576,
};

/** A byte quantity as Kubernetes writes it: `512Mi`, `1.5Gi`, `2G`. */
export const byteQuantityPattern = /^([0-9]+(?:\.[0-9]+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** A CPU quantity as Kubernetes writes it: `250m`, `1`, `0.5`. */
export const cpuQuantityPattern = /^(?:[0-9]+m|[0-9]+(?:\.[0-9]{1,3})?)$/;

/**
 * A Kubernetes byte quantity in mebibytes.
 * @throws RangeError when `quantity` is none.
 */
export function mebibytes(quantity: string): number {
  const match = byteQuantityPattern.exec(quantity);
  if (!match?.[1]) throw new RangeError(`"${quantity}" is no byte quantity; write it like 512Mi or 1Gi.`);
  return Number(match[1]) * (mebibytesPer[match[2] ?? ''] ?? 0);
}

/**
 * A Kubernetes CPU quantity in thousandths of a core.
 * @throws RangeError when `quantity` is none.
 */
export function millicores(quantity: string): number {
  if (!cpuQuantityPattern.test(quantity))
    throw new RangeError(`"${quantity}" is no CPU quantity; write it like 250m or 1.`);
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1_000;
}

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
export function amountOf(text: string | number): number {
  if (typeof text === 'number') return text;
  const match = amountPattern.exec(text);
  if (!match?.[1]) return Number.NaN;
  const unit = match[2] ?? '';
  return /^[eE][+-]?\d/.test(unit)
    ? Number(`${match[1]}${unit}`)
    : Number(match[1]) * (powers[unit] ?? Number.NaN);
}
