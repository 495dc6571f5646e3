/** A command as a shell reads it, as far as that can be said without running it. */

/** A script inside a command, such as the third word of `sh -c '…'`. */
export interface Script {
  readonly text: string;
  /** Which word of the command it is. */
  readonly index: number;
}

const shells = /(^|\/)(sh|bash|ash|dash)$/;

export const isShell = (word: string): boolean => shells.test(word);

/** Options of a shell in one word, `c` among them: `-c`, `-ec`, `-ecx`. */
export const isScriptFlag = (word: string): boolean => /^-(?=[a-z]*c)[abcefhiklmnprtuvx]+o?$/.test(word);

/** The script of a shell command; `undefined` where the command is no shell's. */
export function scriptOf(command: readonly string[]): Script | undefined {
  const flag = command.findIndex((word, index) => index > 0 && isScriptFlag(word));
  if (!isShell(command[0] ?? '') || flag <= 0) return undefined;
  const index = command.findIndex((word, at) => at > flag && !isOption(word, command[at - 1]));
  const text = command[index];
  return text === undefined ? undefined : { text, index };
}

/** `-e` and `-o pipefail` may stand between `-c` and the script. */
export const isOption = (word: string, before: string | undefined): boolean =>
  /^(--|[-+][A-Za-z]+)$/.test(word) || /^[-+][a-z]*o$/.test(before ?? '');

/** The variables a script expands (`$NAME`, `${NAME:?…}`) or unsets. Set within it, they are not of the environment. */
export function shellVariables(text: string): string[] {
  const set = new Set([...text.matchAll(/(?:^|[\s;])([A-Za-z_]\w*)=/gm)].map(([, name]) => name));
  const unset = [...text.matchAll(/(?:^|[\s;])unset\s+([A-Za-z_]\w*)/gm)].map(([, name = '']) => name);
  const expanded = [...text.matchAll(/(?<![\\$])\$(?:\{([A-Za-z_]\w*)([^}]*)\}|([A-Za-z_]\w*))/g)]
    .filter(([, , rest = '']) => !/^:?[-=+]/.test(rest))
    .map(([, braced, , bare]) => braced ?? bare ?? '');
  return [...expanded, ...unset].filter((name) => !set.has(name));
}

/** Absolute paths among the words. */
export const pathsIn = (text: string): string[] =>
  [...text.matchAll(/(?:^|[\s"'=])(\/[-\w./]+)/g)].map(([, path = '']) => path);

/** The first word of each simple command of a script. */
export function programsIn(text: string): string[] {
  return (
    withoutHereDocuments(text)
      // A quoted quote quotes nothing.
      .replaceAll(/\\./g, '_')
      // The pattern of a case, up to the command it leads to.
      .replaceAll(/^[^()\n]*\)(?=\s)/gm, '')
      .replaceAll(/"[^"]*\$\(([^)]*)\)[^"]*"/g, '\n$1\n')
      .replaceAll(/"[^"]*"|'[^']*'/g, '""')
      .split(/\n|;|&&|\|\||\||\$\(|\(/)
      .map((part) => part.trim().split(/\s+/))
      .flatMap((words) => {
        const first = words.find((word) => !/^(exec|then|do|else|if|while|!|\[|[A-Za-z_]\w*=.*)$/.test(word));
        return [words[0] ?? '', first ?? ''];
      })
      .filter((word) => /^[-./\w]+$/.test(word) && !/^[-.]*$/.test(word))
  );
}

/** The script with empty lines for the texts it gives to its commands. */
export const withoutHereDocuments = (text: string): string =>
  text.replaceAll(
    /(<<-?\s*'?(\w+)'?[^\n]*)\n[\s\S]*?\n\s*\2(?=\n|$)/g,
    (whole, head: string) => head + '\n'.repeat(whole.split('\n').length - 1),
  );

/** Whether a script has as many `case … in` as `esac`. */
export function closesCases(text: string): boolean {
  const count = (pattern: RegExp): number => [...withoutHereDocuments(text).matchAll(pattern)].length;
  return (
    count(/(?:^|[\s;])case\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\S)+\s+in(?=\s)/g) ===
    count(/(?:^|[\s;])esac(?=[\s;)]|$)/g)
  );
}

/** A here-document whose end never comes takes the rest of the script. */
export function openHereDocument(text: string): string | undefined {
  return [...text.matchAll(/<<-?\s*'?(\w+)'?/g)]
    .map(([, mark = '']) => mark)
    .find((mark) => !new RegExp(`\\n\\s*${mark}\\s*(\\n|$)`).test(text));
}
