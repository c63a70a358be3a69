// The source of lwIP, from Debian's archive and checked. It is kept in the user's cache, so that a fresh clone need not fetch it again.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { UserError } from "../../host/errors.ts"
import { OUT } from "../core.ts"

const RELEASE = "bookworm"
export const ARCHIVE = "lwip_2.1.3+dfsg1.orig.tar.xz"
const SHA256 = "0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24"
const FOLDER = join(OUT, "board/lwip-2.1.3")
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

/** A source could not be had; the message says what to do. */
export class SourceError extends UserError {
  constructor(sentence: string) { super("build", sentence) }
}

/** The folder of lwIP's sources, fetched and unpacked into `folder` when they are not there; the archive stays in `cache`. Throws SourceError. */
export function lwipSources(say: (line: string) => void, folder = FOLDER, cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "linehunt")): string {
  const sources = join(folder, "src")
  if (existsSync(sources)) return sources
  const kept = join(cache, ARCHIVE)
  if (!isRight(kept)) {
    say("fetching the source of lwIP from Debian ...")
    fetchTo(kept)
  }
  mkdirSync(dirname(folder), { recursive: true })
  const part = mkdtempSync(join(dirname(folder), "unpack-"))
  run("tar", ["--extract", "--xz", "--file", kept, "--directory", part], {})
  rmSync(folder, { recursive: true, force: true })
  renameSync(join(part, readdirSync(part)[0] ?? ""), folder)
  rmSync(part, { recursive: true, force: true })
  return sources
}

function isRight(file: string): boolean {
  return existsSync(file) && createHash("sha256").update(readFileSync(file)).digest("hex") === SHA256
}

/** By apt-get with a configuration of its own, so that the system's list of sources stays as it is. */
function fetchTo(kept: string): void {
  const folder = mkdtempSync(join(tmpdir(), "linehunt-apt-"))
  try {
    for (const name of ["lists/partial", "cache/archives/partial", "parts"]) mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, "sources.list"), `deb-src [signed-by=${KEYRING}] ${mirror()} ${RELEASE} main\n`)
    writeFileSync(join(folder, "apt.conf"), [
      `Dir::Etc::sourcelist "${folder}/sources.list";`, `Dir::Etc::sourceparts "${folder}/parts";`, `Dir::State::lists "${folder}/lists";`,
      `Dir::Cache "${folder}/cache";`, "APT::Sandbox::User \"root\";", "",
    ].join("\n"))
    const environment = { APT_CONFIG: join(folder, "apt.conf") }
    run("apt-get", ["update", "-qq"], environment, folder)
    run("apt-get", ["source", "-qq", "--download-only", "lwip"], environment, folder)
    const file = join(folder, ARCHIVE)
    if (!isRight(file)) throw new SourceError(`Debian's ${ARCHIVE} is not there or not the one that the board was made with (SHA-256 ${SHA256}).`)
    mkdirSync(dirname(kept), { recursive: true })
    copyFileSync(file, `${kept}.${process.pid}.part`)
    renameSync(`${kept}.${process.pid}.part`, kept)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The mirror that this machine has its packages from. */
function mirror(): string {
  const files = ["/etc/apt/sources.list", ...listed("/etc/apt/sources.list.d").map((name) => `/etc/apt/sources.list.d/${name}`)]
  const text = files.map((file) => { try { return readFileSync(file, "utf8") } catch { return "" } }).join("\n")
  const found = /^(?:deb .*?|URIs:\s*)(https?:\/\/\S+\/debian)\/?(?=\s|$)/m.exec(text)?.[1]
  if (found === undefined) throw new SourceError("The board needs the source of lwIP from Debian, and no Debian mirror stands in /etc/apt/sources.list or sources.list.d.")
  return found
}

function listed(folder: string): string[] { try { return readdirSync(folder) } catch { return [] } }

function run(command: string, args: string[], environment: Record<string, string>, cwd?: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, env: { ...process.env, ...environment }, encoding: "utf8" })
  if (status !== 0) throw new SourceError(`${command} ${args.join(" ")} has failed; the board needs the source of lwIP from ${mirror()}.\n${stderr ?? ""}`.trim())
}
