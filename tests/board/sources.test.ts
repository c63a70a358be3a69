// The source of lwIP: what is fetched is looked at before it is used. A program of the test takes the place of apt-get.
import assert from "node:assert/strict"
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { ARCHIVE, SourceError, lwipSources } from "../../build/board/sources.ts"
import { skipWithout } from "../needs.ts"
import { needsBoard } from "./needs.ts"

describe("The source of lwIP", () => {
  const folder = mkdtempSync(join(tmpdir(), "linehunt-sources-"))
  const unpacked = join(folder, "lwip"), cache = join(folder, "cache"), kept = join(cache, ARCHIVE), path = process.env["PATH"]
  const whole = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "linehunt", ARCHIVE)

  /** What `apt-get source` brings from now on; undefined: it must not be called. */
  function archive(bytes: Buffer | undefined): void {
    const program = join(folder, "bin/apt-get"), brought = join(folder, "brought")
    mkdirSync(dirname(program), { recursive: true })
    if (bytes) writeFileSync(brought, bytes)
    writeFileSync(program, bytes ? `#!/bin/sh\n[ "$1" = update ] || cat '${brought}' > '${ARCHIVE}'\n` : "#!/bin/sh\necho 'no network' >&2\nexit 100\n")
    chmodSync(program, 0o755)
    process.env["PATH"] = `${dirname(program)}${delimiter}${path}`
  }

  before(function () {
    needsBoard(this)
    lwipSources(() => {})
    skipWithout(this, existsSync(whole) ? undefined : `${ARCHIVE} is no longer in the cache: remove build/out/board/lwip-2.1.3, and the next build fetches it`)
  })
  beforeEach(() => {
    rmSync(unpacked, { recursive: true, force: true })
    rmSync(cache, { recursive: true, force: true })
  })
  afterEach(() => { process.env["PATH"] = path })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const have = (): string[] => {
    const said: string[] = []
    assert.ok(existsSync(join(lwipSources((line) => said.push(line), unpacked, cache), "core/udp.c")))
    return said
  }

  it("is fetched once and then had from the cache", () => {
    archive(readFileSync(whole))
    assert.deepEqual(have(), ["fetching the source of lwIP from Debian ..."])
    rmSync(unpacked, { recursive: true })
    archive(undefined)
    assert.deepEqual(have(), [])
  })

  it("is refused where it is not the one that the board was made with, and nothing of it stays", () => {
    const bent = readFileSync(whole)
    bent.writeUInt8(bent.readUInt8(1000) ^ 1, 1000)
    archive(bent)
    assert.throws(() => lwipSources(() => {}, unpacked, cache), (error) => error instanceof SourceError && error.message.includes("not the one that the board was made with"))
    assert.ok(!existsSync(unpacked) && !existsSync(kept))
  })

  it("is fetched again where the cache is damaged", () => {
    mkdirSync(cache)
    cpSync(whole, kept)
    writeFileSync(kept, readFileSync(kept).subarray(0, 5000))
    archive(readFileSync(whole))
    assert.equal(have().length, 1)
    assert.deepEqual(readFileSync(kept), readFileSync(whole))
  })

  it("is missing without a network, and the sentence says what the board needs", () => {
    archive(undefined)
    assert.throws(() => lwipSources(() => {}, unpacked, cache), (error) => error instanceof SourceError && /the board needs the source of lwIP from .*\n.*no network/.test(error.message))
  })
})
