// The time stamps of a bundle: each over the stamped head and all stamps before it, judged at its own time.

import { Refuted, bytesOf, equal, join, textOf } from "./bytes.js";
import { endOf } from "./algorithms.js";
import { certificatesIn, decoded, isForStamping, listsIn, pathTo, requireUnrevoked } from "./certificates.js";
import { digest } from "./digests.js";
import { readToken } from "./token.js";
import { parseProof, requireIncluded } from "./tree.js";

const CHECKPOINT = "time/checkpoint.txt";
const PROOF = "time/entry.tlog-proof";
const TOKEN = /^time\/(?:renewal-(\d{3})-)?([a-z0-9][a-z0-9-]*)\.tsr$/;

export async function* timeChecks(bundle, entry, proof, trust) {
  if (!bundle.names.some((name) => name.startsWith("time/"))) {
    yield { part: "time", check: "time_none", remark: true };
    return;
  }
  const stamped = await bundle.read(CHECKPOINT);
  const own = parseProof(await bundle.read(PROOF), PROOF);
  if (!equal(bytesOf(own.checkpoint), stamped)) throw new Refuted("other_checkpoint", { file: PROOF });
  if (own.head.origin !== proof.head.origin) throw new Refuted("entry_other_log", { file: CHECKPOINT });
  await requireIncluded(entry, own);
  yield { part: "time", check: "time_head", facts: { size: own.head.size } };
  const links = await inOrder(bundle);
  const verified = [];
  for (const link of links) verified.push(await judged(bundle, link, over(stamped, links, link), trust.roots));
  for (const one of verified) yield* said(one, verified);
  if (trust.roots === null) {
    const names = [...new Set(verified.map(({ path }) => path.at(-1).name))].join("; ");
    yield { part: "time", check: "time_roots", remark: true, facts: { names } };
  }
}

// First stamps before renewals, each in the order of file names; renewals are numbered without a gap.
async function inOrder(bundle) {
  const links = [];
  for (const file of bundle.names.filter((name) => /^time\/.*\.tsr$/.test(name))) {
    const matched = TOKEN.exec(file);
    if (!matched) throw new Refuted("malformed", { file, rule: "RFC 3161" });
    links.push({ file, authority: matched[2], renewal: Number(matched[1] ?? 0), response: await bundle.read(file) });
  }
  links.sort((one, other) => one.renewal - other.renewal || (one.file < other.file ? -1 : 1));
  const numbers = links.map(({ renewal }) => renewal).filter(Boolean);
  if (numbers.length === links.length || numbers.some((number, place) => number !== place + 1)) throw new Refuted("time_gap");
  return links;
}

const over = (stamped, links, { renewal }) =>
  join(stamped, ...links.filter((link) => link.renewal < renewal).map(({ response }) => response));

async function judged(bundle, link, data, trustedRoots) {
  const { file } = link;
  const token = await readToken(link.response, file);
  const wanted = link.renewal ? "SHA-512" : token.hash;
  if (token.hash !== wanted || !equal(token.imprint, await digest(token.hash, data))) throw new Refuted("time_imprint", { file });
  const stem = file.slice(0, -".tsr".length);
  const others = certificatesIn(textOf(await bundle.read(`${stem}.pem`), `${stem}.pem`), `${stem}.pem`);
  const roots = trustedRoots ?? others.slice(-1);
  if (!decoded(file, () => isForStamping(token.signer))) throw new Refuted("time_purpose", { file, name: token.signer.name });
  const path = await pathTo(roots, token.signer, [...others, ...token.certificates], token.time);
  if (!path) throw new Refuted("time_untrusted", { file, name: token.signer.name });
  const hasLists = bundle.has(`${stem}.crl`);
  if (hasLists) {
    const lists = listsIn(textOf(await bundle.read(`${stem}.crl`), `${stem}.crl`), `${stem}.crl`);
    await requireUnrevoked(path, lists, token.time, file);
  }
  const ends = new Date(Math.min(...path.map((item) => Math.min(item.ends, endOf(item.spki)))));
  return { ...link, token, path, hasLists, ends };
}

function* said({ file, authority, renewal, token, hasLists, ends }, verified) {
  const facts = { file, authority, renewal, time: token.time, latest: token.latest, ends };
  yield { part: "time", check: renewal ? "time_renewed" : "time_stamped", facts };
  if (!hasLists) yield { part: "time", check: "time_unlisted", remark: true, facts };
  const next = verified.find((one) => one.renewal > renewal);
  if (next && next.token.time > ends) yield { part: "time", check: "time_late", remark: true, facts };
  if (!next && Date.now() > ends) yield { part: "time", check: "time_ended", remark: true, facts };
}
