import { unzipSync } from 'fflate';

/** An array of NumPy. */
export interface NumpyArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float32Array;
}

const readers: Readonly<Record<string, (raw: ArrayBuffer) => NumpyArray['data']>> = {
  '|u1': (raw) => new Uint8Array(raw),
  '|i1': (raw) => new Uint8Array(raw),
  '<f4': (raw) => new Float32Array(raw),
  '<f8': (raw) => Float32Array.from(new Float64Array(raw)),
};

const header = /'descr': '([^']+)', 'fortran_order': False, 'shape': \(([\d, ]*)\)/;

/**
 * The arrays of an .npz archive by name. Reads only what ours has, unsigned bytes and floats, so that it needs no package
 * for all of NumPy's types.
 * @throws Error for any other type or order.
 */
export function arraysOf(archive: Uint8Array): Map<string, NumpyArray> {
  return new Map(
    Object.entries(unzipSync(archive)).map(([file, content]) => [
      file.replace(/\.npy$/, ''),
      arrayOf(file, content),
    ]),
  );
}

function arrayOf(file: string, content: Uint8Array): NumpyArray {
  const { buffer, byteOffset } = content;
  const start = 10 + new DataView(buffer, byteOffset).getUint16(8, true);
  const [, type = '', dimensions = ''] =
    header.exec(Buffer.from(content.subarray(10, start)).toString()) ?? [];
  const shape = dimensions.split(',').flatMap((one) => (one.trim() === '' ? [] : Number(one)));
  const raw = Uint8Array.from(content.subarray(start)).buffer;
  const data = readers[type]?.(raw);
  if (data === undefined)
    throw new Error(`${file} is of the type "${type}"; expected bytes or floats in C order.`);
  return { shape, data };
}
