import type { GraphEdge, GraphNode, StackGraph } from '../../model/graph.ts';
import { createDrawing, layOut, type Box, type Drawing, type Point } from './dagre.ts';
import { frameOf, isInside, isRound, labelOf, linesOf, oneLine, strokeOf } from './labels.ts';

const size = { character: 7.3, line: 16, padding: 12 } as const;
const strokes = {
  thick: 'stroke-width="2.5"',
  plain: 'stroke-width="1.2"',
  dashed: 'stroke-width="1.2" stroke-dasharray="5 4"',
} as const;

/** An SVG image of its own, laid out by dagre. Thick: a hard gate; dashed: no gate. The same bytes on every run. */
export function svg(graph: StackGraph): string {
  const drawing = laidOut(graph);
  const { width = 0, height = 0 } = drawing.graph();
  const boxes = graph.nodes.map((node) => ({ node, box: drawing.node(node.id) }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height + size.line * 2)}" font-family="monospace" font-size="12">`,
    `<title>${escaped(frameOf(graph))}</title>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>',
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...graph.edges.map((edge) => edgeOf(edge, drawing.edge(edge.from, edge.to, nameOf(edge)))),
    ...boxes.map(({ node, box }) => boxOf(node, box)),
    textAt(frameOf(graph), { x: width / 2, y: height + size.line }),
    '</svg>',
    '',
  ].join('\n');
}

type Labelled = ReturnType<Drawing['edge']>;

function laidOut({ nodes, edges }: StackGraph): Drawing {
  const drawing = createDrawing();
  for (const node of nodes) drawing.setNode(node.id, boxFor(linesOf(node)));
  for (const edge of edges) drawing.setEdge(edge.from, edge.to, boxFor([labelOf(edge)]), nameOf(edge));
  layOut(drawing);
  return drawing;
}

/** Two services may have edges at several ports. */
const nameOf = ({ port, number }: GraphEdge): string => `${port ?? ''} ${number}`;

function boxFor(lines: readonly string[]): { width: number; height: number } {
  const longest = Math.max(...lines.map((line) => line.length));
  return {
    width: longest * size.character + size.padding * 2,
    height: lines.length * size.line + size.padding,
  };
}

function boxOf(node: GraphNode, { x, y, width, height }: Box): string {
  const fill = isInside(node) ? '#e8f0fe' : '#f4f4f4';
  const radius = isRound(node.kind) ? height / 2 : 4;
  const lines = linesOf(node);
  const first = y - ((lines.length - 1) * size.line) / 2;
  return [
    `<g><title>${escaped(node.means)}</title>`,
    `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="${round(radius)}" fill="${fill}" stroke="#555"/>`,
    ...lines.map((line, index) => textAt(line, { x, y: first + index * size.line })),
    '</g>',
  ].join('');
}

function edgeOf(edge: GraphEdge, { points, x, y, width }: Labelled): string {
  const path = points.map((point) => `${round(point.x)} ${round(point.y)}`).join(' ');
  const label = labelOf(edge);
  return [
    `<path d="M${path}" fill="none" stroke="#555" ${strokes[strokeOf(edge)]} marker-end="url(#end)"/>`,
    `<rect x="${round(x - width / 2 + size.padding)}" y="${round(y - size.line / 2)}" width="${round(width - size.padding * 2)}" height="${size.line}" fill="#fff"/>`,
    textAt(label, { x, y }),
  ].join('');
}

function textAt(text: string, { x, y }: Point): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="middle" dominant-baseline="central">${escaped(text)}</text>`;
}

const round = (number: number): number => Math.round(number * 10) / 10;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return oneLine(text).replace(/[&<>"']/g, (one) => entities[one] ?? '');
}
