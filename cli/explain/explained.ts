import type { FieldExplained } from './fields.ts';
import type { ForeignPort, PortExplained } from './ports.ts';
import type { VariableExplained } from './variables.ts';

/** What a name or a number of a stack is. */
export type Explained = VariableExplained | PortExplained | ForeignPort | FieldExplained;
