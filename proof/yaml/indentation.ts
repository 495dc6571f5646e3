import { YAMLException } from 'js-yaml';

/** What a line gets, again where it stands deeper; inside brackets and quotes it means nothing. */
const indentation = ' '.repeat(100);

/** Characters that may be read again to mend a text, so that a hostile one costs no more than seconds. */
const mostRead = 32 * 1024 * 1024;

/**
 * The text with the lines indented that YAML 1.2 wants indented inside brackets and quotes and Kubernetes' reader
 * (libyaml's rules) does not: `args: [` … `]` with the `]` below `args`. Lines keep their numbers. `undefined` where
 * that is not what is wrong: the text's first error is then the one to tell.
 * @param parse throws a YAMLException for a text that is no YAML.
 */
export function withIndentation(text: string, parse: (part: string) => unknown): string | undefined {
  let left = mostRead;
  const parts: string[] = [];
  // A line that begins with `---` ends a document wherever it stands, also inside brackets and quotes.
  for (const part of text.split(/^(?=---(?:\s|$))/m)) {
    let mended = part;
    for (let at = troubleOf(mended, parse); at !== undefined; at = troubleOf(mended, parse)) {
      left -= mended.length;
      if (at === 'other' || left < 0) return undefined;
      const start = mended.lastIndexOf('\n', at - 1) + 1;
      mended = `${mended.slice(0, start)}${indentation}${mended.slice(start)}`;
    }
    parts.push(mended);
  }
  return parts.join('');
}

/** Where a line is indented too little; `other` for any other error. */
function troubleOf(text: string, parse: (part: string) => unknown): number | 'other' | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return error.reason === 'deficient indentation' ? (error.mark?.position ?? 'other') : 'other';
  }
}
