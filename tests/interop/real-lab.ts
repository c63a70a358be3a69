// The lab with real servers: a BIND and three Kamailios in a namespace (namespace.ts), with the same handles as the lab of npm start, and a board on its tap.
import type { Network } from "../../host/board/tap.ts"
import { Tap } from "../../host/board/tap.ts"
import type { LabLine, LabState } from "../../host/handset/handset.ts"
import type { Lab } from "../../host/lab/lab.ts"
import { because } from "../../host/errors.ts"
import { startBind } from "./bind.ts"
import { PASSWORD, startKamailios, type Kamailio } from "./kamailio.ts"
import { PLACES } from "./namespace.ts"
import { rapidtech } from "./zones.ts"

const DOMAIN = "rapidtech.phones", USER = "6001"
/** As the zone has them. */
const NAMES = ["sipserver1", "sipserver2", "sipserverbackup"], SHARES = ["0 40", "0 60", "1 5"]
/** Who is registered where is asked of the servers so often. */
const LOOK_MS = 1000

/** Starts them all. `changed` is called whenever a line of the lab may have changed. */
export async function startRealLab(changed: () => void): Promise<{ lab: Lab, network: Network }> {
  const [first, second, third] = PLACES.registrars
  const servers = await startKamailios(3, [DOMAIN], PLACES.registrars)
  const port = servers[0]?.port ?? 0
  const bind = await startBind({ [DOMAIN]: rapidtech([first, second, third], port) }, { address: PLACES.nameserver, port: 53 })
  const states: LabState[] = servers.map(() => "up")
  const set = async (n: number, state: LabState): Promise<string | undefined> => {
    const server = servers[n - 1]
    if (server === undefined) return `There is no server ${n}.`
    try {
      await put(server, states[n - 1] ?? "up", state)
    } catch (error) {
      return `${server.address} cannot be changed: ${because(error)}.`
    }
    states[n - 1] = state
    changed()
    return undefined
  }
  const timer = setInterval(changed, LOOK_MS)
  const lab: Lab = {
    dns: `${PLACES.nameserver}:53`,
    lines: () => servers.map((server, i) => lineOf(server, i, states[i] ?? "up")),
    set,
    call: () => "Nobody else has a phone in this lab.",
    settings: Object.entries({ domain: DOMAIN, user: USER, password: PASSWORD, probe_interval: "30" }).map(([name, value]) => ({ name, value, flag: "the lab" })),
    close() {
      clearInterval(timer)
      void Promise.all([bind.stop(), ...servers.map((server) => server.stop())])
    },
  }
  const network = new Tap({ name: PLACES.tap, board: PLACES.board, server: PLACES.router, dns: [PLACES.nobody, PLACES.nameserver] })
  return { lab, network }
}

/** Takes a server from one state to another: killed, stopped in its tracks, or told to answer 503. */
async function put(server: Kamailio, from: LabState, to: LabState): Promise<void> {
  if (from === "crashed" && to !== "crashed") await server.restart()
  if (from === "silent") server.thaw()
  if (from === "503") server.mode("ok")
  if (to === "crashed" && from !== "crashed") await server.kill()
  if (to === "silent") server.freeze()
  if (to === "503") server.mode("503")
}

function lineOf(server: Kamailio, i: number, state: LabState): LabLine {
  // Only one that runs can be asked.
  const registered = (state === "up" || state === "503") && server.contacts(USER).length > 0
  return { name: NAMES[i] ?? "", at: `${server.address}:${server.port}`, share: SHARES[i] ?? "", state, registered }
}
