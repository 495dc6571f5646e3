/** Where no object of a kind is among the manifests of a namespace, all of them may be made elsewhere. */
export const elsewhere = { severity: 'unknown' } as const;

/** Whether some objects are of the namespace, or one of the name is of another: then one that is not there is missing. */
export const areNear = (
  objects: readonly { readonly namespace: string; readonly name: string }[],
  { namespace, name }: { readonly namespace: string; readonly name: string },
): boolean => objects.some((one) => one.namespace === namespace || one.name === name);
