/** Where in a document something stands: keys and list indices from its top; in a text, a line of it, from 0. */
export type Path = readonly (string | number)[];
