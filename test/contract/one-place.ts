import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A literal in a source file that repeats a fact of the contract. */
export interface Repetition {
  readonly file: string;
  readonly line: number;
  readonly literal: string;
}

/** The facts that may stand in `contract/` only. */
export interface Facts {
  readonly numbers: ReadonlySet<number>;
  readonly strings: ReadonlySet<string>;
}

/** Every number or string literal of a TypeScript source that equals a fact, found in its syntax tree. */
export function repetitionsIn(file: string, text: string, facts: Facts): Repetition[] {
  const source = ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  const found: Repetition[] = [];
  const visit = (node: ts.Node): void => {
    if (repeats(node, facts))
      found.push({
        file,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        literal: node.getText(),
      });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export function repetitionsInFile(file: string, facts: Facts): Repetition[] {
  return repetitionsIn(file, readFileSync(file, 'utf8'), facts);
}

function repeats(node: ts.Node, facts: Facts): boolean {
  if (ts.isNumericLiteral(node)) return facts.numbers.has(Number(node.text));
  if (!ts.isStringLiteralLike(node) || isModulePath(node) || isType(node)) return false;
  return facts.strings.has(node.text) || facts.numbers.has(Number(node.text || Number.NaN));
}

/** `Pick<Env, 'REDIS_HOST'>` holds no value: the compiler checks it against the contract. */
function isType(node: ts.Node): boolean {
  return ts.isLiteralTypeNode(node.parent);
}

/** `import … from 'ioredis'` names a module, not a service. */
function isModulePath(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isExternalModuleReference(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}
