/** To hundredths. */
export const round = (value: number): number => Math.round(value * 100) / 100;

/** The value that this part of the values does not exceed, in whole numbers. */
export const percentile = (values: readonly number[], part: number): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? NaN);
