// Brings a clone to the point where it runs: dependencies, native addon, core. Does only what is missing or stale; says nothing when that is nothing.
// Plain JavaScript without dependencies, as it runs before there are any. Progress goes to stderr.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { addonIsFresh, buildAddon } from "./addon.mjs"
import { OUT, ROOT, filesBelow, fingerprint, isFresh, stamp } from "./stamp.mjs"

const CORE = join(OUT, "linehunt.wasm")
const NODE_WANTED = [20, 17]
// Results of the program that follows belong on stdout, and nothing else.
const QUIET_STDOUT = { cwd: ROOT, stdio: ["ignore", process.stderr, process.stderr] }

checkNode()
if (!dependenciesAreFresh()) installDependencies()
if (!addonIsFresh()) await makeAddon()
makeCore()

function say(text) { console.error(`setup: ${text}`) }

function stop(text) {
  say(text)
  process.exit(1)
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number)
  const old = major < NODE_WANTED[0] || major === NODE_WANTED[0] && minor < NODE_WANTED[1]
  if (old) stop(`this is Node ${process.versions.node}; please install Node ${NODE_WANTED.join(".")} or newer.`)
}

/** True when node_modules holds each package of the lock file in its version; what the lock calls optional may be absent. */
function dependenciesAreFresh() {
  try {
    const locked = packagesOf("package-lock.json"), installed = packagesOf("node_modules/.package-lock.json")
    return Object.entries(locked).every(([path, wanted]) => {
      const found = installed[path]
      return path === "" || (found ? found.version === wanted.version : wanted.optional === true)
    })
  } catch { return false }
}

function packagesOf(file) { return JSON.parse(readFileSync(join(ROOT, file), "utf8")).packages }

function installDependencies() {
  say("installing dependencies (npm ci) ...")
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []]
  const { status } = spawnSync(command, [...first, ...args], QUIET_STDOUT)
  if (status !== 0) stop("npm ci has failed; see above. It needs the npm registry once.")
}

async function makeAddon() {
  say("building the wasm3 addon ...")
  const why = await buildAddon()
  if (why === undefined) return
  say(`the wasm3 addon cannot be built: ${why}`)
  say("everything else works: use --engine v8. With a C compiler (Debian: apt install gcc libc6-dev) the next start builds the addon.")
}

function makeCore() {
  const parts = ["core.ts", "shrink.ts", "pairs.mjs", "layout-transform.mjs", "text-transform.mjs", "inline-transform.mjs"]
  const tools = ["asconfig.json", "node_modules/assemblyscript/package.json", ...parts.map((part) => `build/${part}`)]
  const print = fingerprint([], [...filesBelow("assembly", ".ts"), ...tools])
  if (isFresh(CORE, print)) return
  say("compiling the core; this takes about a minute the first time ...")
  const { status } = spawnSync(process.execPath, ["--import", "tsx", "build/core.ts"], QUIET_STDOUT)
  if (status !== 0) stop("the core does not compile; see above.")
  stamp(CORE, print)
}
