// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
// Reads tensors from .npy and ONNX TensorProto files and writes .npy, for the
// peer's runner: as much of both formats as test cases use.

import { readFileSync, writeFileSync } from 'node:fs';

// Element types by ONNX Runtime's name: numpy's code, ONNX's number, the array
// that holds the elements, and the TensorProto field that may list them.
const types = {
  float32: { code: 'f4', onnx: 1, array: Float32Array, field: 4 },
  uint8: { code: 'u1', onnx: 2, array: Uint8Array, field: 5 },
  int8: { code: 'i1', onnx: 3, array: Int8Array, field: 5 },
  uint16: { code: 'u2', onnx: 4, array: Uint16Array, field: 5 },
  int16: { code: 'i2', onnx: 5, array: Int16Array, field: 5 },
  int32: { code: 'i4', onnx: 6, array: Int32Array, field: 5 },
  int64: { code: 'i8', onnx: 7, array: BigInt64Array, field: 7 },
  bool: { code: 'b1', onnx: 9, array: Uint8Array, field: 5 },
  float64: { code: 'f8', onnx: 11, array: Float64Array, field: 10 },
  uint32: { code: 'u4', onnx: 12, array: Uint32Array, field: 11 },
  uint64: { code: 'u8', onnx: 13, array: BigUint64Array, field: 11 },
};

export const arrayOf = (type) => {
  if (!types[type]) throw new Error(`element type '${type}' is not supported`);
  return types[type].array;
};

const typeBy = (key, value, path) => {
  const found = Object.keys(types).find((type) => types[type][key] === value);
  if (!found) throw new Error(`${path}: element type ${value} is not supported`);
  return found;
};

// A typed array wants its own alignment, which a slice of a file need not have.
const elements = (type, bytes) => {
  const copy = new Uint8Array(bytes);
  const array = types[type].array;
  return new array(copy.buffer, 0, copy.length / array.BYTES_PER_ELEMENT);
};

const readNpy = (path, bytes) => {
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', start, start + length);
  const [, order, code] = header.match(/'descr': '([<>|=])(\w+)'/) ?? [];
  if (!code || order === '>' || /'fortran_order': True/.test(header))
    throw new Error(`${path}: only little-endian arrays in C order are read`);
  const dims = header.match(/'shape': \(([^)]*)\)/)[1];
  const type = typeBy('code', code, path);
  const data = elements(type, bytes.subarray(start + length));
  return { type, dims: dims.split(',').filter((d) => d.trim()).map(Number), data };
};

// Calls `visit(field, value)` for each field of a protobuf message: a BigInt
// for a varint, bytes for everything else.
const eachField = (bytes, visit) => {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (count) => bytes.subarray(at, (at += count));
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key & 7;
    if (wire === 0) visit(key >> 3, varint());
    else if (wire === 1) visit(key >> 3, take(8));
    else if (wire === 2) visit(key >> 3, take(Number(varint())));
    else if (wire === 5) visit(key >> 3, take(4));
    else throw new Error(`wire type ${wire} is not protobuf`);
  }
};

const varints = (bytes) => {
  const found = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      found.push(value);
      value = shift = 0n;
    }
  }
  return found;
};

const readTensorProto = (path, bytes) => {
  const lists = new Map();
  let raw;
  eachField(bytes, (field, value) => {
    if (field === 9) raw = value;
    else lists.set(field, [...(lists.get(field) ?? []), value]);
  });
  const integers = (field) =>
    (lists.get(field) ?? []).flatMap((v) => (typeof v === 'bigint' ? [v] : varints(v)));
  const type = typeBy('onnx', Number(integers(2)[0]), path);
  const dims = integers(1).map(Number);
  const { field, array } = types[type];
  if (raw) return { type, dims, data: elements(type, raw) };
  if (field === 4 || field === 10)
    return { type, dims, data: elements(type, Buffer.concat(lists.get(field) ?? [])) };
  const signed = integers(field).map((v) => BigInt.asIntN(64, v));
  const big = array === BigInt64Array || array === BigUint64Array;
  return { type, dims, data: array.from(big ? signed : signed.map(Number)) };
};

// Reads `path` by its suffix into { type, dims, data }.
export const readTensor = (path) => {
  const bytes = readFileSync(path);
  return path.endsWith('.pb') ? readTensorProto(path, bytes) : readNpy(path, bytes);
};

export const writeNpy = (path, { type, dims, data }) => {
  const { code } = types[type] ?? {};
  if (!code) throw new Error(`${path}: element type '${type}' is not supported`);
  const order = /1$/.test(code) ? '|' : '<';
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${padded}`, 'latin1');
  head.writeUInt16LE(padded.length, 8);
  const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  writeFileSync(path, Buffer.concat([head, body]));
};
