import { mooring } from './called-as.ts';
import type { ClusterOptions, DocumentOptions } from './options.ts';
import type { Where } from './owned.ts';
import { commandLine, targetWords } from './shell.ts';

type Chosen = DocumentOptions & Where;

/** How the user chose a document and a cluster, as the parser of the command line has it. */
let chosen: Chosen = {};

/** Keeps the options of the command that runs, for the command lines that it shows. */
export function choose({ file, context, kubeconfig }: Pick<ClusterOptions, keyof Chosen>): void {
  chosen = {
    ...(file === undefined ? {} : { file }),
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
}

const documentWords = ({ file }: Chosen): string[] => (file === undefined ? [] : ['--file', file]);

const withWords = (line: string, words: readonly string[]): string =>
  mooring(words.length === 0 ? line : `${line} ${commandLine(...words)}`);

/** A command line about the stack that was asked about, in its cluster. @param line as of `mooring`. */
export const mooringOfStack = (line: string): string =>
  withWords(line, [...targetWords(chosen), ...documentWords(chosen)]);

/** The same of a command that reads no cluster. */
export const mooringOfDocument = (line: string): string => withWords(line, documentWords(chosen));

/** The same of a command that reads no document. */
export const mooringOfCluster = (line: string): string => withWords(line, targetWords(chosen));
