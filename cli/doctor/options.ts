import type { ChangeOptions } from '../options.ts';

export interface DoctorOptions extends ChangeOptions {
  readonly local?: true;
  readonly dotenv?: string;
  readonly service?: string;
}
