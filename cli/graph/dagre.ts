import * as dagre from '@dagrejs/dagre';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** The used part of dagre's graph: its own declarations import without extensions, which node16 resolution refuses. */
export interface Drawing {
  setGraph(options: Readonly<Record<string, string | number>>): void;
  setNode(id: string, box: Omit<Box, keyof Point>): void;
  setEdge(from: string, to: string, label: Omit<Box, keyof Point>, name: string): void;
  graph(): Partial<Box>;
  node(id: string): Box;
  edge(from: string, to: string, name: string): Box & { readonly points: readonly Point[] };
}

const typed = dagre as unknown as {
  readonly Graph: new (options: { multigraph: boolean }) => Drawing;
  readonly layout: (drawing: Drawing) => void;
};

/** An empty drawing, laid out from left to right. Two nodes may have several edges. */
export function createDrawing(): Drawing {
  const drawing = new typed.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 48, marginx: 12, marginy: 12 });
  return drawing;
}

/** Sets the position of every node and edge. */
export function layOut(drawing: Drawing): void {
  typed.layout(drawing);
}
