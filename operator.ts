/** The operator of kinds, as a program. */
export { serveOperator } from './operator/serve.ts';
