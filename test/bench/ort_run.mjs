// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
// Runs a model with ONNX Runtime: once, writing its outputs, or as a worker
// that measures on command, so that a driver can alternate it with Swage.
//
//   node ort_run.mjs run   MODEL [--input NAME=FILE]... --output-dir DIR
//   node ort_run.mjs bench MODEL [--input NAME=FILE]... [--dim NAME=N]...
//   node ort_run.mjs version
//
// Both take --threads N. Files are .npy or ONNX .pb. A worker prints one line
// of JSON when it is ready, then one for each line `run SECONDS` on its input.

import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { arrayOf, readTensor, writeNpy } from './tensors.mjs';

process.on('uncaughtException', (error) => {
  console.error(`error: ${error.message.split('\n')[0]}`);
  process.exit(1);
});

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const peers = process.env.SWAGE_PEERS || join(repository, '.cache', 'peers');
const peer = createRequire(join(peers, 'package.json'));
const { InferenceSession, Tensor } = peer('onnxruntime-node');

const pairs = (list) => Object.fromEntries((list ?? []).map((pair) => {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}));

const randomTensor = (meta, dims) => {
  const shape = meta.shape.map((d) => {
    const size = typeof d === 'number' ? d : Number(dims[d]);
    if (Number.isNaN(size))
      throw new Error(`input '${meta.name}': give the size of '${d}' with --dim ${d}=N`);
    return size;
  });
  const data = new (arrayOf(meta.type))(shape.reduce((a, b) => a * b, 1));
  if (meta.type.startsWith('float')) data.forEach((_, i) => (data[i] = Math.random() * 2 - 1));
  return new Tensor(meta.type, data, shape);
};

const open = async (model, values) => {
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: Number(values.threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const files = pairs(values.input);
  const dims = pairs(values.dim);
  const feeds = {};
  for (const meta of session.inputMetadata) {
    if (files[meta.name]) {
      const { type, dims: shape, data } = readTensor(files[meta.name]);
      feeds[meta.name] = new Tensor(type, data, shape);
    } else if (values.command === 'bench') {
      feeds[meta.name] = randomTensor(meta, dims);
    } else {
      throw new Error(`input '${meta.name}' is missing: give --input ${meta.name}=FILE`);
    }
  }
  return { session, feeds };
};

const once = async (model, values) => {
  const { session, feeds } = await open(model, values);
  const results = await session.run(feeds);
  mkdirSync(values['output-dir'], { recursive: true });
  for (const name of session.outputNames) {
    const { type, dims, data } = results[name];
    const file = name.replace(/[/:]/g, '_') + '.npy';
    writeNpy(join(values['output-dir'], file), { type, dims, data });
  }
};

const summary = (times) => {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median_ms: at(0.5), min_ms: sorted[0], p99_ms: at(0.99), runs: sorted.length };
};

const worker = async (model, values) => {
  const { session, feeds } = await open(model, values);
  // Outputs of an earlier run are handed in again, so that no run pays for
  // allocating them or for collecting those of the run before.
  const fetches = { ...(await session.run(feeds)) };
  const say = (object) => process.stdout.write(JSON.stringify(object) + '\n');
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, seconds] = line.trim().split(/\s+/);
    if (command !== 'run') break;
    const times = [];
    const end = performance.now() + Number(seconds) * 1000;
    await session.run(feeds, fetches);
    while (times.length < 3 || performance.now() < end) {
      const start = performance.now();
      await session.run(feeds, fetches);
      times.push(performance.now() - start);
    }
    const most_kb = process.resourceUsage().maxRSS;
    say({ ...summary(times), most_kb, times_ms: times.length > 2000 ? undefined : times });
  }
};

const options = {
  input: { type: 'string', multiple: true },
  dim: { type: 'string', multiple: true },
  'output-dir': { type: 'string', default: '.' },
  threads: { type: 'string', default: '1' },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [command, model] = positionals;
values.command = command;
if (command === 'version') console.log(peer('onnxruntime-node/package.json').version);
else if (command === 'run' && model) await once(model, values);
else if (command === 'bench' && model) await worker(model, values);
else {
  console.error('usage: ort_run.mjs run|bench MODEL [--input NAME=FILE]... or ort_run.mjs version');
  process.exitCode = 1;
}
