// A real BIND 9 nameserver on loopback, with the zones that a test gives it.
import { readFileSync, writeFileSync, existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { createSocket } from "node:dgram"
import { findProgram, freePort, run, start, temporaryFolder, until, type Running } from "./process.ts"

/** What a suite that uses BIND needs: program -> package. */
export const BIND_PROGRAMS = { named: "bind9", dig: "bind9-dnsutils" } as const

const ADDRESS = "127.0.0.1" // named binds only addresses that are configured on an interface

/** One line of the query log. */
export type Query = { readonly name: string, readonly type: string }

/** A nameserver that runs. */
export type Bind = {
  readonly address: string
  readonly port: number
  readonly process: Running
  /** Puts a new text in the place of a zone and has the server read it; the serial number of its SOA is raised. */
  change(zone: string, text: string): Promise<void>
  /** The questions that were asked since the start, or since the last call of `forget`. */
  queries(): Query[]
  forget(): void
  stop(): Promise<void>
}

/** Starts named (on a free port of 127.0.0.1, or `at` an address of this machine) with zones (name -> master file text; `SERIAL` in it is replaced by a number that rises). Takes about 0.2 s. */
export async function startBind(zones: Readonly<Record<string, string>>, at?: { readonly address: string, readonly port: number }): Promise<Bind> {
  const folder = temporaryFolder()
  const address = at?.address ?? ADDRESS, port = at?.port ?? await freePort([ADDRESS])
  const serials = new Map<string, number>()
  const put = (zone: string, text: string): void => {
    const serial = (serials.get(zone) ?? 0) + 1
    serials.set(zone, serial)
    writeFileSync(join(folder, `${zone}.zone`), text.replaceAll("SERIAL", String(serial)))
  }
  for (const [zone, text] of Object.entries(zones)) put(zone, text)
  writeFileSync(join(folder, "named.conf"), configuration(folder, address, port, Object.keys(zones)))
  mkdirSync(join(folder, "keys"))
  const server = start("named", findProgram("named") ?? "named", ["-f", "-n", "1", "-U", "1", "-c", join(folder, "named.conf")], folder)
  await until("named answers", 5000, () => answers(address, port), server)
  const log = join(folder, "queries.log")
  let seen = 0
  const all = (): Query[] => existsSync(log) ? readQueries(readFileSync(log, "latin1")) : []
  return {
    address,
    port,
    process: server,
    queries: () => all().slice(seen),
    forget: () => { seen = all().length },
    stop: () => server.stop(),
    change: async (zone, text) => {
      put(zone, text)
      const serial = serials.get(zone) ?? 0
      server.signal("SIGHUP") // named reads its zones again
      await until(`zone ${zone} has serial ${serial}`, 3000, () => serialOf(address, port, zone) === serial, server)
      seen = all().length
    },
  }
}

function configuration(folder: string, address: string, port: number, zones: readonly string[]): string {
  return `options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key"; key-directory "${folder}/keys";
  managed-keys-directory "${folder}/keys";
  listen-on port ${port} { ${address}; }; listen-on-v6 { none; };
  recursion no; allow-query { any; }; allow-transfer { none; }; notify no; dnssec-validation no; empty-zones-enable no;
  minimal-responses no; rrset-order { order cyclic; }; querylog yes; tcp-clients 10;
};
controls { };
logging {
  channel questions { file "${folder}/queries.log"; severity info; };
  category queries { questions; };
  category default { default_stderr; };
};
${zones.map(zone => `zone "${zone}" { type primary; file "${folder}/${zone}.zone"; };`).join("\n")}
`
}

// "client @0x7f.. 127.0.0.1#4711 (snom.rocks): query: snom.rocks IN NAPTR +E(0) (127.0.0.1)"
function readQueries(log: string): Query[] {
  return [...log.matchAll(/ query: (\S+) IN (\S+) /g)]
    .map(match => ({ name: match[1] ?? "", type: match[2] ?? "" }))
    .filter(query => query.name !== "start.invalid" && query.type !== "SOA")
}

function serialOf(address: string, port: number, zone: string): number {
  const answer = run(findProgram("dig") ?? "dig", ["+short", "+time=1", "+tries=1", `@${address}`, "-p", String(port), zone, "SOA"])
  return Number(answer.trim().split(/\s+/)[2] ?? 0)
}

/** Asks one question by hand: true when anything comes back within 100 ms. */
function answers(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket("udp4")
    const end = (result: boolean): void => {
      clearTimeout(timer)
      socket.close()
      resolve(result)
    }
    const timer = setTimeout(() => end(false), 100)
    socket.once("message", () => end(true))
    socket.once("error", () => end(false))
    const question = "\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05start\x07invalid\x00\x00\x01\x00\x01"
    socket.connect(port, address, () => socket.send(Buffer.from(question, "latin1")))
  })
}
