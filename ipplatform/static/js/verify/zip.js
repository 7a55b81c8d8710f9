// Reads a bundle in the browser, as strictly as the command does: bounded, no links, no odd names, nothing twice.

import { Unusable } from "./bytes.js";
import { gathered, piecesOf } from "./digests.js";

const MOST_MEMBERS = 5000;
const LARGEST_TOTAL = 8 * 2 ** 30;
const LARGEST_TEXT = 4 * 2 ** 20;
const HIGHEST_RATIO = 100;
const ZIP64 = 0xffffffff;
const NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const ENTRY = "log/entry.json";

// Whether the file is meant as a bundle: a zip whose directory names the entry of a log.
export async function isBundle(file) {
  const found = await endRecord(file).catch(() => null);
  if (!found) return false;
  return new TextDecoder("latin1").decode(await file.slice(found.start, found.start + found.size).arrayBuffer()).includes(ENTRY);
}

export async function openZip(file) {
  const { count, start, size } = await endRecord(file);
  const directory = new DataView(await file.slice(start, start + size).arrayBuffer());
  const members = new Map();
  const folded = new Set();
  let at = 0;
  for (let number = 0; number < count; number += 1) {
    const member = entry(directory, at);
    check(member);
    if (folded.has(member.name.toLowerCase())) throw new Unusable("zip_twice", { file: member.name });
    folded.add(member.name.toLowerCase());
    members.set(member.name, member);
    at = member.next;
  }
  if (at !== size) throw new Unusable("zip_broken");
  checkPlaces([...members.values()], start);
  return {
    names: [...members.keys()],
    has: (name) => members.has(name),
    size: (name) => of(members, name).size,
    chunks: (name) => chunks(file, of(members, name)),
    read: (name) => read(file, of(members, name)),
  };
}

function of(members, name) {
  if (!members.has(name)) throw new Unusable("missing", { file: name });
  return members.get(name);
}

async function endRecord(file) {
  const from = Math.max(0, file.size - 65557);
  const tail = new DataView(await file.slice(from).arrayBuffer());
  for (let at = tail.byteLength - 22; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    const count = tail.getUint16(at + 10, true);
    const size = tail.getUint32(at + 12, true);
    const start = tail.getUint32(at + 16, true);
    if (start === ZIP64 || size === ZIP64 || count === 0xffff) throw new Unusable("zip_large");
    if (count > MOST_MEMBERS) throw new Unusable("zip_many", { most: MOST_MEMBERS });
    if (start + size !== from + at) break;
    return { count, start, size };
  }
  throw new Unusable("zip_broken");
}

function entry(view, at) {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) throw new Unusable("zip_broken");
  const length = view.getUint16(at + 28, true);
  const next = at + 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw new Unusable("zip_broken");
  return {
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    mode: view.getUint32(at + 38, true) >>> 16,
    offset: view.getUint32(at + 42, true),
    name: new TextDecoder("utf-8").decode(new Uint8Array(view.buffer, at + 46, length)),
    next,
  };
}

function check({ name, mode, flags, method, size, packed }) {
  if (!NAME.test(name) || name.includes("..") || name.length > 200) throw new Unusable("zip_name", { file: name.slice(0, 100) });
  if ((mode & 0o170000) && (mode & 0o170000) !== 0o100000) throw new Unusable("zip_link", { file: name });
  if (flags & 1 || (method !== 0 && method !== 8)) throw new Unusable("zip_method", { file: name });
  if (size > HIGHEST_RATIO * Math.max(packed, 1)) throw new Unusable("zip_ratio", { file: name, most: HIGHEST_RATIO });
  if (method === 0 && size !== packed) throw new Unusable("zip_member", { file: name });
}

// Members that share bytes, as the densest bombs do, are refused before anything is unpacked.
function checkPlaces(members, end) {
  const inOrder = [...members].sort((one, other) => one.offset - other.offset);
  inOrder.forEach((member, place) => {
    const limit = inOrder[place + 1]?.offset ?? end;
    if (member.offset + 30 + member.name.length + member.packed > limit) throw new Unusable("zip_member", { file: member.name });
  });
  if (members.reduce((sum, member) => sum + member.size, 0) > LARGEST_TOTAL) throw new Unusable("zip_large");
}

async function read(file, member) {
  if (member.size > LARGEST_TEXT) throw new Unusable("text_large", { file: member.name });
  return gathered(chunks(file, member), member.size);
}

// Pieces that add up to what the directory says; stops as soon as more comes out.
async function* chunks(file, member) {
  const wrong = new Unusable("zip_member", { file: member.name });
  const packed = await body(file, member, wrong);
  let filled = 0;
  try {
    for await (const piece of member.method === 0 ? piecesOf(packed) : unpacked(packed)) {
      filled += piece.length;
      if (filled > member.size) throw wrong;
      yield piece;
    }
  } catch (error) {
    throw error instanceof TypeError ? wrong : error;
  }
  if (filled !== member.size) throw wrong;
}

async function body(file, member, wrong) {
  const header = await file.slice(member.offset, member.offset + 30 + member.name.length).arrayBuffer();
  const view = new DataView(header);
  if (view.byteLength < 30 + member.name.length || view.getUint32(0, true) !== 0x04034b50) throw wrong;
  const name = new TextDecoder("latin1").decode(new Uint8Array(header, 30));
  if (view.getUint16(26, true) !== member.name.length || name !== member.name) throw wrong;
  const start = member.offset + 30 + member.name.length + view.getUint16(28, true);
  const packed = file.slice(start, start + member.packed);
  if (packed.size !== member.packed) throw wrong;
  return packed;
}

async function* unpacked(packed) {
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => null);
  }
}
