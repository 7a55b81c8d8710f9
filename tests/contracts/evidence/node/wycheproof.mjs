// Prints the numbers of the ML-DSA-44 cases, in the file named first, on which the library and the file disagree.

import { readFileSync } from "node:fs";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

function accepts(publicKey, test) {
  try {
    const options = test.ctx === undefined ? {} : { context: bytes(test.ctx) };
    return ml_dsa44.verify(bytes(test.sig), bytes(test.msg), bytes(publicKey), options);
  } catch {
    return false; // it throws at keys, signatures and contexts of a wrong length
  }
}

const disagreed = [];
let tried = 0;
for (const group of JSON.parse(readFileSync(process.argv[2], "utf8")).testGroups) {
  for (const test of group.tests) {
    tried += 1;
    if (accepts(group.publicKey, test) !== (test.result === "valid")) disagreed.push(test.tcId);
  }
}
console.log(JSON.stringify({ tried, disagreed }));
