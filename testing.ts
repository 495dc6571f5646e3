/** Assertions for the tests of a kind or an app, with any test runner that reports an AssertionError. */
export { assertEnvParses } from './testing/assert-env-parses.ts';
export { assertStackVerifies } from './testing/assert-stack-verifies.ts';
