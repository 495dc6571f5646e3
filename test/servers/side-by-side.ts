/** Like `Promise.all`, but rejects only when everything has ended: nothing goes on behind an error. */
export async function sideBySide<T extends readonly unknown[] | []>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
