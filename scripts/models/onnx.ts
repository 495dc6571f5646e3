import protobuf from 'protobufjs';

/** Writes models as onnxruntime reads them: the few messages of onnx.proto (ONNX 1.14, opset 17) that ours needs. */
const schema = `
  syntax = "proto2";
  message Attribute { optional string name = 1; optional float f = 2; optional int64 i = 3; repeated int64 ints = 8; optional int32 type = 20; }
  message Node { repeated string input = 1; repeated string output = 2; optional string op_type = 4; repeated Attribute attribute = 5; }
  message Tensor { repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9; }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message ValueInfo { optional string name = 1; optional Type type = 2; }
  message Graph { repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Model { optional int64 ir_version = 1; optional Graph graph = 7; repeated OperatorSet opset_import = 8; }`;

const model = protobuf.parse(schema, { keepCase: true }).root.lookupType('Model');

/** Codes of onnx.proto. */
const [floatType, int64Type] = [1, 7];
const kinds = { f: 1, i: 2, ints: 7 } as const;

export type Attributes = Readonly<
  Record<string, { readonly [K in keyof typeof kinds]?: number | readonly number[] }>
>;

/** A tensor of a graph, by name. */
export type Name = string;

/** A graph that grows node by node. */
export class Graph {
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];

  /** A constant of floats. */
  floats(data: Float32Array, dims: readonly number[]): Name {
    return this.#constant(floatType, Buffer.from(data.buffer, data.byteOffset, data.byteLength), dims);
  }

  /** A constant vector of integers, such as axes. */
  integers(values: readonly number[]): Name {
    return this.#constant(int64Type, Buffer.from(BigInt64Array.from(values, BigInt).buffer), [values.length]);
  }

  /** Adds an operator. @returns its output. */
  add(
    operator: string,
    inputs: readonly Name[],
    attributes: Attributes = {},
    output = `n${this.#nodes.length}`,
  ): Name {
    const attribute = Object.entries(attributes).map(([name, value]) => {
      const [kind] = Object.keys(value) as (keyof typeof kinds)[];
      return { name, ...value, type: kind === undefined ? 0 : kinds[kind] };
    });
    this.#nodes.push({ op_type: operator, input: inputs, output: [output], attribute });
    return output;
  }

  /** The model as a file. @param inputs and outputs: their dimensions by name; a text is a length that varies. */
  encoded(
    name: string,
    inputs: Readonly<Record<string, readonly (number | string)[]>>,
    outputs: Readonly<Record<string, readonly (number | string)[]>>,
  ): Uint8Array {
    const graph = {
      ...{ name, node: this.#nodes, initializer: this.#initializers },
      ...{ input: values(inputs), output: values(outputs) },
    };
    return model
      .encode(model.create({ ir_version: 9, opset_import: [{ domain: '', version: 17 }], graph }))
      .finish();
  }

  #constant(type: number, data: Buffer, dims: readonly number[]): Name {
    const name = `c${this.#initializers.length}`;
    this.#initializers.push({ name, dims, data_type: type, raw_data: data });
    return name;
  }
}

const values = (all: Readonly<Record<string, readonly (number | string)[]>>): object[] =>
  Object.entries(all).map(([name, dims]) => ({
    name,
    type: {
      tensor_type: {
        elem_type: floatType,
        shape: {
          dim: dims.map((one) => (typeof one === 'string' ? { dim_param: one } : { dim_value: one })),
        },
      },
    },
  }));
