import { notKnown } from '../../model/program.ts';
import { withoutHereDocuments } from './shell.ts';

/** One command of a script, with its variables expanded as far as they are known. */
export interface SimpleCommand {
  readonly words: readonly string[];
  /** The line of the script it begins on, from 0. */
  readonly line: number;
}

/** Longer scripts, and deeper `$(…)`, are not read. */
const [mostCharacters, deepest] = [50_000, 20];

/** A word may grow without end, since a variable can be set to itself twice. */
const longestWord = 5000;

/** Words before a command that leave it what it is. */
const leading = /^(?:until|while|if|elif|then|do|else|!|\{|exec|time|command|nohup|sudo|eval|\w+=.*)$/s;

/**
 * The simple commands of a script, those inside of `$(…)` too.
 * @param variables of the environment; those that the script sets to a text are followed.
 */
export function simpleCommands(script: string, variables: ReadonlyMap<string, string>): SimpleCommand[] {
  if (script.length > mostCharacters) return [];
  const reader = new ScriptReader(withoutHereDocuments(script), new Map(variables), 0, 0);
  return reader.read().flatMap(({ words, line }) => {
    const start = words.findIndex((word) => !leading.test(word));
    const own = start < 0 ? [] : withoutTimeout(words.slice(start));
    return own.length > 0 ? [{ words: own, line }] : [];
  });
}

/** `timeout 60 nc …`, `timeout -t 5 nc …` */
function withoutTimeout(words: readonly string[]): readonly string[] {
  if (words[0] !== 'timeout') return words;
  const start = words.findIndex((word, index) => index > 0 && !/^-|^[\d.]+[smhd]?$/.test(word));
  return start < 0 ? [] : words.slice(start);
}

/** Reads a script from left to right. */
class ScriptReader {
  readonly #text: string;
  readonly #variables: Map<string, string>;
  readonly #depth: number;
  readonly #found: SimpleCommand[] = [];
  #words: string[] = [];
  #word: string | undefined;
  #begins = 0;
  #line: number;
  #at = 0;

  constructor(text: string, variables: Map<string, string>, line: number, depth: number) {
    this.#text = text;
    this.#variables = variables;
    this.#line = line;
    this.#depth = depth;
  }

  read(): SimpleCommand[] {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at] ?? '');
    this.#endCommand();
    return this.#found;
  }

  #step(char: string): void {
    if (char === '"' || char === "'") this.#quoted(char);
    else if (char === '$' || char === '`') this.#expand();
    else if (char === '\\') this.#escaped();
    else if (char === '#' && this.#word === undefined) this.#comment();
    else if (/[\n;&|()]/.test(char)) {
      this.#endCommand();
      this.#skip();
    } else if (/\s/.test(char)) {
      this.#endWord();
      this.#skip();
    } else {
      this.#take(char);
      this.#skip();
    }
  }

  /** One character further. */
  #skip(): void {
    if (this.#text[this.#at] === '\n') this.#line++;
    this.#at++;
  }

  #take(more: string): void {
    if (this.#words.length === 0 && this.#word === undefined) this.#begins = this.#line;
    const word = this.#word ?? '';
    // What is added to a word that is too long makes it no address.
    this.#word =
      word.length + more.length > longestWord ? word.slice(0, longestWord) + notKnown : word + more;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    if (this.#words.length > 0) this.#found.push({ words: this.#words, line: this.#begins });
    assign(this.#words, this.#variables);
    this.#words = [];
  }

  #quoted(quote: string): void {
    this.#skip();
    this.#take('');
    while (this.#at < this.#text.length && this.#text[this.#at] !== quote) {
      const char = this.#text[this.#at] ?? '';
      if (quote === '"' && /[$`]/.test(char)) this.#expand();
      else {
        if (quote === '"' && char === '\\') this.#skip();
        this.#take(this.#text[this.#at] ?? '');
        this.#skip();
      }
    }
    this.#skip();
  }

  /** A line that ends in `\` goes on in the next. */
  #escaped(): void {
    this.#skip();
    if (this.#text[this.#at] !== '\n') this.#take(this.#text[this.#at] ?? '');
    this.#skip();
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #expand(): void {
    const { length, value, inner } = expansionIn(this.#text.slice(this.#at), this.#variables);
    this.#take(value);
    if (inner !== undefined && this.#depth < deepest)
      this.#found.push(...new ScriptReader(inner, this.#variables, this.#line, this.#depth + 1).read());
    for (let left = length; left > 0; left--) this.#skip();
  }
}

/** Longer names and fallbacks of variables are not read. */
const longestName = 500;

interface Expansion {
  readonly length: number;
  readonly value: string;
  /** The commands of `$(…)`. */
  readonly inner?: string;
}

const named = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}$]*)|:?\?[^}]*)?\}|\{[^}]*\}|[0-9@*#?$!-])/;

/** What an expansion at the beginning of a text stands for. */
function expansionIn(text: string, variables: ReadonlyMap<string, string>): Expansion {
  if (text.startsWith('`')) {
    const end = text.indexOf('`', 1);
    const length = end < 0 ? text.length : end + 1;
    return { length, value: notKnown, inner: text.slice(1, length - 1) };
  }
  if (text.startsWith('$(')) return substitution(text, variables);
  const match = named.exec(text.slice(0, longestName));
  if (!match) return { length: 1, value: '$' };
  const [whole, bare, braced, fallback] = match;
  const name = bare ?? braced;
  const value = name === undefined ? undefined : variables.get(name);
  return { length: whole.length, value: value ?? fallback ?? notKnown };
}

/** Kubernetes puts the value of a variable in the place of `$(NAME)` before a shell sees it. */
function substitution(text: string, variables: ReadonlyMap<string, string>): Expansion {
  const inner = text.slice(2, closing(text));
  const value = variables.get(inner);
  const length = inner.length + 3;
  return value === undefined ? { length, value: notKnown, inner } : { length, value };
}

/** Where the parenthesis after `$` is closed. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (depth === 0) return at;
  }
  return text.length;
}

/** `HOST=db`, `export HOST=db`: what follows sees it; what a loop sets is not known. */
function assign(words: readonly string[], variables: Map<string, string>): void {
  const [first = '', second = ''] = words;
  if (first === 'for' || first === 'read') variables.delete(second);
  const own = first === 'export' || first === 'local' ? words.slice(1) : words;
  const pairs = own.map((word) => /^([A-Za-z_]\w*)=(.*)$/s.exec(word));
  if (!pairs.every((pair) => pair !== null)) return;
  for (const [, name = '', value = ''] of pairs)
    if (value.includes(notKnown)) variables.delete(name);
    else variables.set(name, value);
}
