import { byteQuantityPattern, cpuQuantityPattern, mebibytes, millicores } from './quantity.ts';
import type { Resources, SmallestMemory } from './stack.ts';

/** The API server refuses a request above its limit, and a program fails below its smallest memory. */
export function resourceProblems(resources: Resources, smallest?: SmallestMemory): string[] {
  const { requests, limits } = resources;
  const wrong = [
    ...[requests.cpu, limits.cpu ?? requests.cpu].filter((cpu) => !cpuQuantityPattern.test(cpu)),
    ...[requests.memory, limits.memory].filter((memory) => !byteQuantityPattern.test(memory)),
  ].map((quantity) => `"${quantity}" is no quantity; write CPU like 250m or 1, memory like 512Mi or 1Gi.`);
  if (wrong.length > 0) return [...new Set(wrong)];
  const nothing = nothingProblems(resources);
  if (nothing.length > 0) return nothing;
  const above = (what: string, request: string, limit: string): string =>
    `it requests ${request} of ${what} but may use ${limit} at most; the request must not exceed the limit.`;
  return [
    ...(smallest && mebibytes(limits.memory) < mebibytes(smallest.memory)
      ? [
          `its resources.limits.memory is ${limits.memory}; expected ${smallest.memory} or more, for ${smallest.because}.`,
        ]
      : []),
    ...(mebibytes(requests.memory) > mebibytes(limits.memory)
      ? [above('memory', requests.memory, limits.memory)]
      : []),
    ...(limits.cpu !== undefined && millicores(requests.cpu) > millicores(limits.cpu)
      ? [above('CPU', requests.cpu, limits.cpu)]
      : []),
  ];
}

/** Quantities of zero, or below the smallest unit Kubernetes counts. */
function nothingProblems({ requests, limits }: Resources): string[] {
  const cpus = { 'requests.cpu': requests.cpu, 'limits.cpu': limits.cpu ?? requests.cpu };
  const memories = { 'requests.memory': requests.memory, 'limits.memory': limits.memory };
  const tooSmall = [
    ...Object.entries(cpus)
      .filter(([, quantity]) => millicores(quantity) < 1)
      .map(([field, quantity]) => ({ field, quantity, expected: '1m' })),
    ...Object.entries(memories)
      .filter(([, quantity]) => mebibytes(quantity) < 1)
      .map(([field, quantity]) => ({ field, quantity, expected: '1Mi' })),
  ];
  return tooSmall.map(
    ({ field, quantity, expected }) =>
      `its resources.${field} is ${quantity}; expected ${expected} or more, or leave the field out.`,
  );
}
