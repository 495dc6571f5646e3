/** What a stack and a kind of stacks are made of. */
export * from './env.ts';
export { defineKind } from './model/define-kind.ts';
export { defineStack, StackError } from './model/define-stack.ts';
export { environmentOf, hostOf, secretRefOf, serviceOf } from './model/environment.ts';
export { CheckFailed, HandshakeRefused } from './model/reach.ts';
export type { KnownPort } from './model/known-port.ts';
export type {
  Account,
  Address,
  Client,
  FileAddress,
  ImageFacts,
  Listening,
  Login,
  ProgramPack,
  SchemeFacts,
  Server,
  Speech,
  Started,
} from './model/pack.ts';
export type { PlaceOf, Problem } from './model/problem.ts';
export type {
  Answers,
  DialProtocol,
  Memory,
  Process,
  Program,
  ProgramFacts,
  Recognition,
  SettingProblem,
  Write,
} from './model/program.ts';
export type {
  Forward,
  Ran,
  Reach,
  ReachAnswer,
  ReachRequest,
  ReachSocket,
  ServicePort,
  SocketRequest,
} from './model/reach.ts';
export type {
  Binding,
  Container,
  Edge,
  ExternalEdge,
  ExternalService,
  FilledStack,
  Gate,
  Ingress,
  InitStep,
  Job,
  LocalService,
  Mounting,
  Outsider,
  Patch,
  PatchOperation,
  Port,
  Probe,
  Probes,
  Report,
  Resources,
  SecretRef,
  SecretSource,
  Service,
  ServiceDefinition,
  Sidecar,
  SmallestMemory,
  Stack,
  StackDefinition,
  StatefulService,
  StatelessService,
  Step,
  Toleration,
  Volume,
  Workload,
} from './model/stack.ts';
export type {
  CheckRequest,
  CheckResult,
  LocalStatus,
  Opens,
  PrinterColumn,
  RotateService,
  SecretChange,
  ServiceEnvironment,
  StackCheck,
  StackDocument,
  StackKind,
  StarterChoice,
} from './model/stack-kind.ts';
export { version } from './model/version.ts';
