import { isSecretName } from '../../../model/secret-names.ts';
import { flag, host, port, text, whole, type Variable } from '../../../model/variable.ts';
import { Code } from './code.ts';

/** A variable as a call of `mooring/env`, and as what it returns. */
export interface Declared {
  readonly maker: string;
  readonly code: Code;
}

const doc = 'as compose has it';

const declared = (maker: string, args: string, value: Variable): Declared => ({
  maker,
  code: new Code(`${maker}(${args}{ doc: '${doc}'${optionsOf(value)} })`, value),
});

const optionsOf = ({ secret, refers }: Variable): string =>
  `${secret ? ', secret: true' : ''}${refers ? ', refers: true' : ''}`;

export const hostVariable = (): Declared => declared('host', '', host({ doc }));
export const portVariable = (): Declared => declared('port', '', port({ doc }));
export const textVariable = (): Declared => declared('text', '', text({ doc }));
export const referringVariable = (): Declared => declared('text', '', text({ doc, refers: true }));
export const secretVariable = (): Declared => declared('text', '', text({ doc, secret: true }));
export const secretUrlVariable = (): Declared =>
  declared('text', '', text({ doc, secret: true, refers: true }));

/** The largest number of a variable that is one. */
const most = 2_147_483_647;

/** A variable that takes a value, by its form, and the value. */
export function settingOf(value: string): { variable: Declared; setting: string | number | boolean } {
  if (value === 'true' || value === 'false')
    return { variable: declared('flag', '', flag({ doc })), setting: value === 'true' };
  if (/^(0|[1-9]\d{0,9})$/.test(value) && Number(value) <= most)
    return {
      variable: declared('whole', '0, 2_147_483_647, ', whole(0, most, { doc })),
      setting: Number(value),
    };
  return { variable: textVariable(), setting: value };
}

/** Whether a variable holds a secret itself, not where one is kept. */
export const holdsSecret = (name: string): boolean =>
  (isSecretName(name) || /(^|_)SALT$/.test(name)) && !/_(FILE|PATH|TTL|NAME|URL)$/.test(name);
