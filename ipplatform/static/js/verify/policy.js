// C2SP tlog-policy: which logs and witnesses are trusted, and how many are wanted; and what the visitor pasted.

import { Unusable } from "./bytes.js";
import { parseKey } from "./note.js";
import { certificatesIn } from "./certificates.js";

const PEM = /-----BEGIN [A-Z0-9 ]+-----[^-]*-----END [A-Z0-9 ]+-----/g;

// {logs, witnesses, groups, quorum}; throws Unusable naming the line that is not understood.
export async function parsePolicy(text, file) {
  const found = { logs: [], witnesses: new Map(), groups: new Map(), quorum: null };
  const seen = new Set();
  let hasQuorum = false;
  for (const line of text.split("\n").map((item) => item.replace(/^[ \t]+|[ \t]+$/g, ""))) {
    if (!line || line.startsWith("#")) continue;
    const wrong = new Unusable("policy_line", { file, line: line.slice(0, 80) });
    const [word, ...rest] = line.split(/[ \t]+/);
    if (word === "log" && [1, 2].includes(rest.length)) found.logs.push(await key(rest[0], wrong));
    else if (word === "witness" && [2, 3].includes(rest.length)) {
      found.witnesses.set(fresh(rest[0], found, wrong), await key(rest[1], wrong));
    } else if (word === "group" && rest.length > 2) found.groups.set(fresh(rest[0], found, wrong), group(rest, found, seen, wrong));
    else if (word === "quorum" && rest.length === 1 && !hasQuorum && (rest[0] === "none" || isNamed(rest[0], found))) {
      hasQuorum = true;
      found.quorum = rest[0] === "none" ? null : rest[0];
    } else throw wrong;
  }
  const repeats = [found.logs, [...found.witnesses.values()]].some((keys) => new Set(keys.map((item) => item.vkey)).size !== keys.length);
  if (!hasQuorum || !found.logs.length || repeats) throw new Unusable("policy_line", { file, line: "log, quorum" });
  return found;
}

async function key(vkey, wrong) {
  return parseKey(vkey, "").catch(() => {
    throw wrong;
  });
}

const isNamed = (name, found) => found.witnesses.has(name) || found.groups.has(name);

function fresh(name, found, wrong) {
  if (name === "none" || isNamed(name, found)) throw wrong;
  return name;
}

function group([, count, ...members], found, seen, wrong) {
  const known = members.every((name) => isNamed(name, found) && !seen.has(name)) && new Set(members).size === members.length;
  const threshold = { all: members.length, any: 1 }[count] ?? (/^[1-9]\d{0,3}$/.test(count) ? Number(count) : 0);
  if (!known || threshold < 1 || threshold > members.length) throw wrong;
  members.forEach((name) => seen.add(name));
  return { threshold, members };
}

// Whether the witnesses named in `signed` make the quorum.
export function isMet(policy, signed) {
  const holds = (name) => {
    const found = policy.groups.get(name);
    return found ? found.members.filter(holds).length >= found.threshold : signed.has(name);
  };
  return policy.quorum === null || holds(policy.quorum);
}

// What the page came with: the log's keys with the sizes they sign, logs that ended, and the policy of today.
export async function trustOfPage({ keys, former, policy }) {
  const own = await Promise.all(keys.map(async (item) => ({ ...item, key: await parseKey(item.vkey, "") })));
  const ended = await Promise.all(former.map((vkey) => parseKey(vkey, "")));
  return {
    pasted: false,
    policy: await parsePolicy(policy, ""),
    roots: null,
    keysOf(origin, size) {
      const demanded = ({ since, until }) => BigInt(since) <= BigInt(size) && (until === null || BigInt(size) < BigInt(until));
      return [...own.filter(demanded).map(({ key: found }) => found), ...ended].filter(({ name }) => name === origin);
    },
  };
}

// Verifier keys, a policy and root certificates as the visitor pasted them; what is left out stays as the page has it.
export async function trustOfText(text, ofPage) {
  const blocks = text.match(PEM) ?? [];
  const rest = text.replace(PEM, "").trim();
  const roots = blocks.length ? certificatesIn(blocks.join("\n"), "PEM") : null;
  if (!rest) return { ...ofPage, roots };
  const isPolicy = /^[ \t]*(?:log|witness|group|quorum)[ \t]/m.test(rest);
  const policy = isPolicy ? await parsePolicy(rest, "") : { logs: await plainKeys(rest), witnesses: new Map(), groups: new Map(), quorum: null };
  return { pasted: true, policy, roots, keysOf: (origin) => policy.logs.filter(({ name }) => name === origin) };
}

function plainKeys(text) {
  return Promise.all(text.split(/\s+/).map((vkey) => key(vkey, new Unusable("policy_line", { file: "", line: vkey.slice(0, 80) }))));
}
