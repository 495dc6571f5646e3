/** Stacks of a namespace. */
export const perNamespace = 50;

/** The namespace and the name of a stack. */
export const placeOf = (index: number): { readonly namespace: string; readonly name: string } => ({
  namespace: `bench-${Math.floor(index / perNamespace)}`,
  name: `s${index}`,
});
