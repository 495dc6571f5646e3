import { readdirSync, readFileSync } from 'node:fs';

/** The licences of the packages that `files` are of, as one text. @throws Error for a package without any. */
export function licencesOf(files: readonly string[]): string {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []).sort(),
  );
  return [...folders].map(licenceIn).join('\n\n');
}

function licenceIn(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (texts.length === 0 && license === undefined) throw new Error(`${folder} says no licence.`);
  const said = texts.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim());
  return [`${name} ${version} (${license ?? 'as follows'})`, ...said].join('\n\n');
}
