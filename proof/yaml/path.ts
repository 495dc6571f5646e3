/** Where in a document something stands: keys and list indices from its top. */
export type Path = readonly (string | number)[];
