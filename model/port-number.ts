/** Whether a number is one of a TCP port. */
export const isPortNumber = (number: number): boolean =>
  Number.isInteger(number) && number >= 1 && number <= 65_535;

/** What is said of a number that is none. */
export const portNumberText = 'a port is a whole number from 1 to 65535';
