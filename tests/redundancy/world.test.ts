// What the policies come to over hours and days: few moves, soon back, never among equals, one binding.
import assert from "node:assert/strict"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadCore } from "../../host/core.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import type { MakePhone } from "../../host/sim/phone.ts"
import { play } from "../flow/play.ts"

const LISTS = {
  versity: "set profile: versity\nset server: 192.0.2.1; 192.0.2.2; 192.0.2.3\n",
  auto: "set profile: auto\nset server: 192.0.2.1; 192.0.2.2; 192.0.2.3\n",
  equal: "set profile: versity\nzone _sip._udp IN SRV 1 0 5060 a\nzone _sip._udp IN SRV 1 0 5060 b\nzone _sip._udp IN SRV 1 0 5060 c\n",
}

type Move = { readonly at: number, readonly to: string }

function moves(lines: string): Move[] {
  return [...lines.matchAll(/^([\d.]+) phone: (?:registered at|moved to) (\S+)$/gm)].map(([, at, to]) => ({ at: Number(at), to: to ?? "" }))
}

describe("redundancy over time", function () {
  let make: MakePhone
  before(async () => {
    const wasm = await compile("assembly/index.ts")
    make = (keep) => loadCore(loadV8<CoreExports>(wasm), keep)
  })

  for (const profile of ["versity", "auto"] as const) {
    it(`${profile} is back on the preferred server within a probe interval, one more probe, the jitter and one transaction (VE-31, AMB-11)`, () => {
      for (let seed = 1; seed <= 8; seed++) {
        const returnAt = 3600 + 41 * seed
        const lines = play(`${LISTS[profile]}seed ${seed}\nhide cseq\nat 20s a crashes\nat ${returnAt}s a returns\nuntil ${returnAt + 400}s\n`, make)
        const back = moves(lines).find(({ at, to }) => at > returnAt && to === "192.0.2.1:5060")
        assert.ok(back !== undefined && back.at - returnAt <= 330 + 5 + 20 + 32, `seed ${seed}: back ${back === undefined ? "never" : back.at - returnAt} s after its return`)
      }
    })

    it(`${profile} moves six times an hour at most, while its preferred server goes and comes every 20 s (P-02)`, () => {
      for (let seed = 1; seed <= 3; seed++) {
        const flaps = Array.from({ length: 360 }, (_, i) => `at ${20 * (i + 1)}s a ${i % 2 === 0 ? "crashes" : "returns"}`).join("\n")
        const made = moves(play(`${LISTS[profile]}seed ${seed}\nhide cseq\n${flaps}\nuntil 2h\n`, make)).slice(1)
        for (const { at } of made) {
          const within = made.filter((other) => other.at >= at && other.at < at + 3600).length
          assert.ok(within <= 6, `seed ${seed}: ${within} moves within an hour of ${at} s: ${made.map((move) => `${move.at} ${move.to}`).join(", ")}`)
        }
      }
    })
  }

  it("load balancing never returns to an equal in 24 hours, while the others come and go (VE-03, VE-05, VE-50)", () => {
    const flaps = Array.from({ length: 288 }, (_, i) => `at ${300 * (i + 1)}s ${i % 4 < 2 ? "b" : "c"} ${i % 2 === 0 ? "crashes" : "returns"}`).join("\n")
    const made = moves(play(`${LISTS.equal}hide cseq\n${flaps}\nuntil 24h\n`, make))
    assert.deepEqual(made.map(({ to }) => to), ["192.0.2.1:5060"])
  })

  it("a return leaves exactly one binding, whichever way it is made (VE-04, VE-06, AMB-13)", () => {
    for (const order of ["unregister_first", "make_before_break"]) {
      const lines = play(`${LISTS.versity}set failback_order: ${order}\nhide cseq\nat 20s a crashes\nat 30m a returns\nat 50m bindings\nuntil 50m\n`, make)
      assert.match(lines, /bindings a:1 b:0 c:0/, order)
    }
  })

  for (const profile of ["versity", "auto", "baker"] as const) {
    it(`${profile} never probes with an empty registration: it removes bindings only where it may have one (P-11)`, () => {
      const list = LISTS[profile === "baker" ? "versity" : profile].replace("versity", profile)
      const flaps = Array.from({ length: 36 }, (_, i) => `at ${600 * (i + 1)}s ${"abc"[i % 3]} ${i % 6 < 3 ? "crashes" : "returns"}`).join("\n")
      const bound = new Set<string>()
      let removed = 0
      for (const [, out, letter = "", words = ""] of play(`${list}${flaps}\nuntil 7h\n`, make).matchAll(/^[\d.]+ (->|<-) (\w) (.*)$/gm)) {
        const seconds = Number(/expires (\d+)/.exec(words)?.[1] ?? 0)
        if (out === "->" && /^REGISTER .* signed/.test(words) && seconds > 0) bound.add(letter)
        if (out === "<-" && /^200 to REGISTER/.test(words) && seconds === 0) bound.delete(letter)
        if (out !== "->" || !/^REGISTER .*expires 0/.test(words)) continue
        removed++
        assert.ok(bound.has(letter), `${letter}: ${words}`)
      }
      assert.ok(removed > 0)
    })
  }

  it("a hundred calls to two servers, each with nonces of its own, take one challenge at each, and no round more (P-03)", () => {
    const calls = Array.from({ length: 100 }, (_, i) => `at ${10 + 2 * i}s type dial 701\nat ${10.2 + 2 * i}s type hangup`).join("\n")
    const lines = play(`set profile: snom\nzone _sip._udp IN SRV 1 50 5060 a\nzone _sip._udp IN SRV 1 50 5060 b\nat 0s a challenges everything\n` +
      `at 0s b challenges everything\nat 1s bob rings\n${calls}\nuntil 215s\n`, make)
    const invites = [...lines.matchAll(/^[\d.]+ -> (\w) INVITE/gm)].map((found) => found[1])
    assert.ok(invites.filter((letter) => letter === "a").length > 30 && invites.filter((letter) => letter === "b").length > 30)
    assert.deepEqual([...lines.matchAll(/<- (\w) 40[17] to (?!REGISTER)\w+/g)].map((found) => found[1]).sort(), ["a", "b"])
  })

  it("every candidate sees one OPTIONS in 270 to 330 s, and the first within 10 s (VE-27, AMB-35)", () => {
    const lines = play(`${LISTS.versity}hide REGISTER\nhide 200\nuntil 2h\n`, make)
    for (const letter of ["a", "b", "c"]) {
      const at = [...lines.matchAll(new RegExp(`^([\\d.]+) -> ${letter} OPTIONS`, "gm"))].map((found) => Number(found[1]))
      assert.ok((at[0] ?? 99) <= 10.1, `${letter} first after ${at[0]} s`)
      at.slice(1).forEach((instant, i) => assert.ok(instant - at[i]! >= 269 && instant - at[i]! <= 331, `${letter}: ${instant - at[i]!} s`))
    }
  })

  it("a registration is refreshed every 300 s at least in versity, and before its end where the server grants less (VE-33)", () => {
    for (const [ceiling, most] of [[3600, 300], [60, 57]] as const) {
      const lines = play(`${LISTS.versity}ceiling a ${ceiling}\nuntil 1h\n`, make)
      const at = [...lines.matchAll(/^([\d.]+) <- a 200 to REGISTER/gm)].map((found) => Number(found[1]))
      assert.ok(at.length > 3600 / most - 1)
      at.slice(1).forEach((instant, i) => assert.ok(instant - at[i]! <= most, `${instant - at[i]!} s`))
    }
  })

  it("addr_order shuffle begins with any address of a name, and dns with the first (AMB-25)", () => {
    const first = (order: string): string => Array.from({ length: 24 }, (_, seed) =>
      moves(play(`set addr_order: ${order}\nset server: pool.example.com:5060\nzone pool IN A 192.0.2.1\nzone pool IN A 192.0.2.2\nzone pool IN A 192.0.2.3\nseed ${seed + 1}\nuntil 1s\n`, make))[0]?.to.slice(8, 9)).join("")
    assert.equal(first("dns"), "1".repeat(24))
    for (const last of ["1", "2", "3"]) assert.ok(first("shuffle").split(last).length > 3, first("shuffle"))
  })

  it("alternate takes the equal servers in turn with each call, and affinity none leaves the registration where it is (SN-12, SN-15, AMB-02)", () => {
    const dials = Array.from({ length: 6 }, (_, i) => `at ${10 + 4 * i}s type dial 701\nat ${12 + 4 * i}s type hangup`).join("\n")
    const lines = play(`set profile: snom\nset equal_choice: alternate\nzone _sip._udp IN SRV 1 50 5060 a\nzone _sip._udp IN SRV 1 50 5060 b\n${dials}\nuntil 40s\n`, make)
    const order = [...lines.matchAll(/-> (\w) INVITE .* cseq 1 /g)].map((found) => found[1]).join("")
    assert.match(order, /^(ab)+a?$|^(ba)+b?$/)
    assert.equal(moves(lines).length, 1)
  })
})
