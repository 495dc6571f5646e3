import { readdirSync, readFileSync } from 'node:fs';
import { packageFoldersOf, packageJsonIn } from './bundled.ts';

/** The licences of the packages that `files` are of, as one text. @throws Error for a package without any. */
export const licencesOf = (files: readonly string[]): string =>
  packageFoldersOf(files).map(licenceIn).join('\n\n');

function licenceIn(folder: string): string {
  const { name, version, license } = packageJsonIn(folder);
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (texts.length === 0 && license === undefined) throw new Error(`${folder} says no licence.`);
  const said = texts.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim());
  return [`${name} ${version} (${license ?? 'as follows'})`, ...said].join('\n\n');
}
