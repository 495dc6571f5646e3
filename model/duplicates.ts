/** One problem for each key with several claims, naming each claimant. */
export function duplicates(claims: readonly (readonly [key: string, by: string])[], what: string): string[] {
  const claimants = new Map<string, string[]>();
  for (const [key, by] of claims) claimants.set(key, [...(claimants.get(key) ?? []), by]);
  return [...claimants]
    .filter(([, by]) => by.length > 1)
    .map(([key, by]) => `${what} ${key} is taken ${by.length} times: by ${by.join(' and by ')}.`);
}
