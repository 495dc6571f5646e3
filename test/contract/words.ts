import ts from 'typescript';
import type { StackKind } from '../../model/stack-kind.ts';
import type { Stack } from '../../model/stack.ts';

/** A word of one kind of stack in a source that is for every kind. */
export interface Found {
  readonly file: string;
  readonly line: number;
  readonly word: string;
}

/** The words that only a kind's own sources may use: it, its services, programs, products and parameters. */
export function wordsOf(kind: StackKind, stack: Stack): ReadonlySet<string> {
  const all = [
    ...[kind.kind, kind.plural, ...kind.shortNames].map((name) => name.toLowerCase()),
    ...[
      ...stack.services.map(({ name }) => name),
      ...kind.programs.flatMap(({ name, product, recognised = [] }) => [
        name,
        product,
        // Of "Qdrant's gRPC" and of "Redis Sentinel" the product.
        ...recognised.map((one) => one.product.split(/'s | /)[0] ?? ''),
      ]),
      ...(kind.opens?.parameters ?? []).map(({ name }) => name),
    ].flatMap(wordsIn),
  ];
  return new Set(all.filter((word) => !ordinary.includes(word)));
}

/** The words of a text or an identifier, in lower case: `defaultBackend` has two. */
const wordsIn = (text: string): string[] =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Fields of Kubernetes' own routes that are called as a service of the chat, as identifier and in texts. */
const ofKubernetes = {
  word: 'backend',
  path: /\bbackend\.service\b|\bdefaultBackend\b|\bbackendRefs?\b|\/backend-protocol\b/g,
  type: /^networking\.v1\.\w+$/,
};

/** What every browser shows; a service of the chat is called so, too. */
const ordinary = ['page'];

/**
 * The words in what a source says or decides by: its texts, templates, patterns and identifiers. Not in its comments,
 * nor in packages and what is imported from them.
 */
export function wordsFound(file: string, text: string, words: ReadonlySet<string>): Found[] {
  const plain = text.toLowerCase();
  // Reading the syntax of every source would take seconds.
  if (![...words].some((word) => plain.includes(word))) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imported = new Set<string>();
  const found: Found[] = [];
  const note = (node: ts.Node, said: string, but?: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    // A name of one word, such as the kind's in camel case, is looked for whole, too.
    for (const word of new Set([...wordsIn(said), ...said.toLowerCase().split(/[^a-z0-9]+/)]))
      if (words.has(word) && word !== but) found.push({ file, line: line + 1, word });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && isPackage(node.moduleSpecifier)) return collect(node, imported);
    if (ts.isStringLiteralLike(node) || isTemplatePart(node) || ts.isRegularExpressionLiteral(node))
      note(node, node.text.replaceAll(ofKubernetes.path, '').replace(ofKubernetes.type, ''));
    else if (ts.isIdentifier(node) && !imported.has(node.text)) note(node, node.text, ofKubernetes.word);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const isTemplatePart = (node: ts.Node): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail =>
  ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);

const isPackage = (specifier: ts.Expression): boolean =>
  ts.isStringLiteral(specifier) && !specifier.text.startsWith('.');

function collect(node: ts.Node, names: Set<string>): void {
  if (ts.isIdentifier(node)) names.add(node.text);
  ts.forEachChild(node, (child) => collect(child, names));
}
