// Makes assembly/wire/header-table.ts (a hash table of all header names, without collisions) and assembly/wire/char-table.ts (classes of characters).
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { ROOT } from "./core.ts"

const SLOT_BITS = 8
const CASE = 0x2020202020202020n

export type HeaderName = { name: string; field: number }

/** The names behind the values of `enum Field` in assembly/wire/header.ts, in its order. */
export function headerNames(): HeaderName[] {
  const source = readFileSync(join(ROOT, "assembly/wire/header.ts"), "utf8")
  const rows = [...source.matchAll(/^ {2}([A-Z0-9_]+), +\/\/ (.*)$/gm)].slice(1)
  return rows.flatMap((row, i) => row[2].split(", ").map((name) => ({ name, field: i + 1 })))
}

/** The whole text of header-table.ts. */
export function headerTable(): string {
  const names = headerNames()
  const hashes = names.map(({ name }) => hashed(name))
  const multiplier = separates(lastMultiplier(), hashes) ? lastMultiplier() : findMultiplier(hashes)
  const slots = new Uint8Array(1 << SLOT_BITS)
  names.forEach(({ name }, i) => { slots[slotOf(hashed(name), multiplier)] = i + 1 })
  let blob = ""
  const records = names.map(({ name, field }) => {
    const folded = name.toLowerCase()
    if (!blob.includes(folded)) blob += folded
    return (field << 24 | folded.length << 16 | blob.indexOf(folded)) >>> 0
  })
  return [
    "// Made by build/headers.ts from the names in header.ts; do not edit. tests/wire/tables.test.ts compares the two.",
    "",
    `export const MULTIPLIER: u64 = ${multiplier}`,
    `export const SLOT_SHIFT: u64 = ${64 - SLOT_BITS}`,
    "",
    "// The number of the record of the name that hashes to a slot; 0 = none.",
    constant("SLOTS", "u8", [...slots]),
    "",
    "// By number: offset in NAMES, length << 16, Field << 24. Record 0 fits no name.",
    constant("RECORDS", "u32", [0, ...records]),
    "",
    `// ${names.map(({ name }) => name.toLowerCase()).join(" ")}`.replace(/(.{100,140}) /g, "$1\n// "),
    constant("NAMES", "u8", [...Buffer.from(blob, "latin1")]),
    "",
  ].join("\n")
}

const ALPHANUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
const UNRESERVED = ALPHANUM + "-_.!~*'()"

/** Each class of characters by the bit that stands for it in char.ts. RFC 3261 25.1 names them all. */
export const CLASSES: readonly string[] = [
  ALPHANUM + "-.!%*_+`'~",                    // TOKEN
  ALPHANUM + "-._",                           // HOST: of a hostname; the underscore is not in the RFC, but in many private networks
  UNRESERVED + "&=+$,;?/",                    // USER: unreserved, user-unreserved
  ALPHANUM + "-_",                            // LABEL: HOST without the dot
  UNRESERVED + "[]/:&+$",                     // PARAMETER: paramchar
  UNRESERVED + "[]/?:+$",                     // HEADER: hnv-unreserved
  UNRESERVED + ";/?:@&=+$,[]%",               // URI: uric, for schemes that we do not know
  ALPHANUM + "-.!%*_+`'~[]:",                 // VALUE: of a parameter: token, host
]

/** The whole text of char-table.ts. */
export function charTable(): string {
  const classes = Array.from({ length: 256 }, (_, c) =>
    CLASSES.reduce((bits, members, bit) => members.includes(String.fromCharCode(c)) ? bits | 1 << bit : bits, 0))
  return [
    "// Made by build/headers.ts; do not edit. tests/wire/tables.test.ts compares the two.",
    "",
    "// For each byte the classes of char.ts that it belongs to.",
    constant("CLASSES", "u8", classes),
    "",
  ].join("\n")
}

/** A name as one number: its first eight bytes, mixed with its last eight when it is longer. fieldAt in header.ts does the same. */
function hashed(name: string): bigint {
  const bytes = Buffer.from(name.toLowerCase(), "latin1")
  const padded = Buffer.alloc(8)
  bytes.copy(padded, 0, 0, 8)
  const first = padded.readBigUInt64LE(0) | CASE
  return bytes.length <= 8 ? first : first ^ bytes.readBigUInt64LE(bytes.length - 8) >> 1n
}

function slotOf(hash: bigint, multiplier: bigint): number { return Number(BigInt.asUintN(64, hash * multiplier) >> BigInt(64 - SLOT_BITS)) }

/** That of the table as it is, which stays while it serves. */
function lastMultiplier(): bigint {
  const table = readFileSync(join(ROOT, "assembly/wire/header-table.ts"), "utf8")
  return BigInt(/MULTIPLIER: u64 = (\d+)/.exec(table)?.[1] ?? 1)
}

/** Whether it gives every name a slot of its own. */
function separates(multiplier: bigint, hashes: bigint[]): boolean {
  const taken = new Set<number>()
  return hashes.every((hash) => taken.size < taken.add(slotOf(hash, multiplier)).size)
}

/** The first odd multiplier, in a fixed order of search, that separates the names. About one in a hundred thousand does. */
function findMultiplier(hashes: bigint[]): bigint {
  let multiplier = 0x9e3779b97f4a7c15n
  for (let round = 1; round < 50_000_000; round++) {
    multiplier = BigInt.asUintN(64, multiplier * 0x5851f42d4c957f2dn + 0x14057b7ef767814fn) | 1n
    if (separates(multiplier, hashes)) return multiplier
  }
  throw new Error("no multiplier separates the header names: raise SLOT_BITS")
}

function constant(name: string, type: string, values: number[]): string {
  const lines = values.join(", ").replace(/(.{100,140},) /g, "$1\n  ")
  return `export const ${name}: usize = memory.data<${type}>([\n  ${lines}\n])`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(join(ROOT, "assembly/wire/header-table.ts"), headerTable())
  writeFileSync(join(ROOT, "assembly/wire/char-table.ts"), charTable())
}
