// The emulated board among real servers: its network card is an interface of the kernel, in a namespace where BIND, Kamailio and baresip live.
import { strict as assert } from "node:assert"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ROOT } from "../../build/core.ts"
import { needsBoard } from "../board/needs.ts"
import { PROGRAM, Running } from "../board/running.ts"
import { skipWithout } from "../needs.ts"
import { BARESIP_PROGRAMS } from "./baresip.ts"
import { BIND_PROGRAMS } from "./bind.ts"
import { KAMAILIO_PROGRAMS } from "./kamailio.ts"
import { inNamespace, whyNoNamespace } from "./namespace.ts"
import { needs } from "./process.ts"

type Step = { readonly name: string, readonly wrong?: string }

describe("interop: the emulated board with BIND, Kamailio and baresip", function () {
  this.timeout(240_000)
  let steps: readonly Step[] = []
  let said = ""

  before(async function () {
    needsBoard(this)
    needs(this, { ...BIND_PROGRAMS, ...KAMAILIO_PROGRAMS, ...BARESIP_PROGRAMS })
    skipWithout(this, whyNoNamespace())
    const { program, args } = inNamespace([process.execPath, "--import", "tsx", "tests/interop/board-story.ts"])
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] })
    let lines = ""
    child.stdout.on("data", (bytes: Buffer) => { lines += bytes.toString() })
    child.stderr.on("data", (bytes: Buffer) => { said += bytes.toString() })
    await once(child, "close")
    steps = lines.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Step)
  })

  function holds(name: string): void {
    const step = steps.find((one) => one.name === name)
    assert.ok(step !== undefined, `it came to nothing: ${said.slice(-2000)}`)
    assert.equal(step.wrong, undefined)
  }

  it("registers by SRV, with three name servers from DHCP of which the first does not answer (DC-02, DC-07, VE-47)", () => holds("registers"))
  it("is registered at another server after its own was killed (SN-04, BL-05)", () => holds("moves"))
  it("makes a call and takes one, with sound both ways (SK-02)", () => holds("calls"))

  it("npm run board -- --real is registered there by its own command, tells where, and a line that says quit ends it with exit code 0 (DC-02)", async () => {
    const folder = mkdtempSync(join(tmpdir(), "linehunt-real-")), running = new Running([...PROGRAM, "--real", "--store", join(folder, "flash")])
    try {
      await running.says(/REGISTERED registered at 198\.51\.100\.[12]:/)
      running.type("quit\n")
      assert.equal(await running.ended, 0, running.said)
    } finally {
      running.child.kill("SIGKILL")
      rmSync(folder, { recursive: true })
    }
  })
})
