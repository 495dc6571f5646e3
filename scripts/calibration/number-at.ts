/** A number of several. @param at below their count. */
export const numberAt = (numbers: ArrayLike<number>, at: number): number => numbers[at] ?? 0;
