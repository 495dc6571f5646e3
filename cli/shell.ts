/** A command line for a shell: words with other characters than plain ones are quoted. */
export const commandLine = (...words: readonly string[]): string => words.map(quoted).join(' ');

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The options that name a cluster. */
export const targetWords = ({
  context,
  kubeconfig,
}: {
  readonly context?: string;
  readonly kubeconfig?: string;
}): string[] => [
  ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
  ...(context === undefined ? [] : ['--context', context]),
];
