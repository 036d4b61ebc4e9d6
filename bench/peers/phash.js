// Peer of `bench_probe pictures`: perceptual hashes of a folder of pictures with sharp-phash, one process per core.
//
//   node phash.js FOLDER PROCESSES ROUNDS     prints {"seconds", "frames", "hashes": {path: 64 bits as 0 and 1}}
//
// NODE_PATH says where sharp and sharp-phash lie. Each process has as many pictures under way as helps: libvips decodes
// and shrinks on its own threads (a JPEG at an eighth, as its decoder allows), the transform is JavaScript.
"use strict";
const { fork } = require("child_process");
const fs = require("fs");
const path = require("path");

const UNDER_WAY = 4;

async function hashAll(paths, rounds) {
  const sharp = require("sharp");
  const phash = require("sharp-phash");
  sharp.concurrency(1); // one thread a picture: more only wait for each other at this size
  sharp.cache(false);
  const hashes = {};
  for (let round = 0; round < rounds; ++round) {
    let next = 0;
    const worker = async () => {
      while (next < paths.length) {
        const name = paths[next++];
        hashes[name] = await phash(fs.readFileSync(name));
      }
    };
    await Promise.all(Array.from({ length: UNDER_WAY }, worker));
  }
  return hashes;
}

function listed(folder) {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((e) => (e.isDirectory() ? listed(path.join(folder, e.name)) : [path.join(folder, e.name)]));
}

async function main() {
  const [folder, processes, rounds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
  const paths = listed(folder).sort();
  const parts = Array.from({ length: processes }, (_, i) => paths.slice((paths.length * i) / processes,
                                                                      (paths.length * (i + 1)) / processes));
  const children = parts.map(() => fork(__filename, ["child"]));
  const answer = (child) => new Promise((resolve) => child.once("message", resolve));
  await Promise.all(children.map(answer)); // both have loaded their libraries
  const begin = process.hrtime.bigint();
  const answers = children.map(answer);
  children.forEach((child, i) => child.send({ paths: parts[i], rounds }));
  const found = await Promise.all(answers);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  children.forEach((child) => child.disconnect());
  const hashes = {};
  for (const part of found)
    for (const [name, bits] of Object.entries(part)) hashes[path.relative(folder, name)] = bits;
  console.log(JSON.stringify({ seconds, frames: paths.length * rounds, hashes }));
}

if (process.argv[2] === "child") {
  require("sharp-phash");
  process.on("message", async ({ paths, rounds }) => process.send(await hashAll(paths, rounds)));
  process.send("ready");
} else {
  main();
}
