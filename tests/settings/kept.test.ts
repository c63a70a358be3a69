// The text that keeps the settings: what would not fit into it any more is refused before anything is lost.
import assert from "node:assert/strict"
import { testCore } from "../harness.ts"
import { openSettings, type Settings } from "./opened.ts"

/** Values that are usual in no profile. */
const UNUSUAL = `failback: dnsttl|failback_order: unregister_first|failback_interval: 86399|hold_down: 3599|register_ttl: 86399|backup_ttl: 86399|retry_mode: period|retry_period: 31|retry_count: 9
dirty_host_ttl: 1799|dirty_max_ttl: 1799|weight_algo: dns_order|equal_choice: dns_order|addr_order: rfc6724|removed_active: move|dns_requery_interval: 7199|probe_interval: 3599|keepalive_interval: 3599
auth_fail_retry: 1799|retry_after_max: 3599|call_setup_max: 59|mwi: subscribe|transport: tls|backup_transport: tls|failback_in_call: 1|nat_contact: 1|enabled: 0|server_affinity: primary
dns_refresh: interval|failover_methods: register subscribe|use_naptr: 1|start_spread: 59`.split(/[|\n]/).map((one) => one.split(": ") as [string, string])

/** Gives the lines all of them, and gives back what was refused. */
function fill(settings: Settings, lines: readonly string[]): string[] {
  const all = lines.flatMap((line) => [...["display_name", "auth_user", "password"].map((name) => [line + name, "x".repeat(30)] as const), ...UNUSUAL.map(([name, value]) => [line + name, value] as const)])
  return all.flatMap(([name, value]) => {
    const before = settings.keptLength(), said = settings.assign(name, value)
    if (said === "") return []
    assert.equal(said, "there is no room for so many and so long settings")
    assert.equal(settings.keptLength(), before)
    return [name]
  })
}

for (const engine of ["v8", "wasm3"] as const) {
  describe(`settings that are kept, under ${engine},`, () => {
    let settings: Settings
    beforeEach(async () => { settings = openSettings(await testCore("settings", engine)) })

    it("refuse one more as soon as the text that is kept could not hold all of them, whatever comes into the phone book; a shorter one is taken, and so is what is usual", () => {
      const refused = fill(settings, ["", "2.", "3.", "4."])
      assert.match(refused[0] ?? "", /^4\./, "three lines and a part of the fourth have room")
      assert.equal(settings.assign("password", "short"), "")
      assert.equal(settings.assign("failback", "probe"), "")
      const book = Array.from({ length: 12 }, (_, i) => `contact: ${"n".repeat(18)}${i + 10} = ${"1".repeat(18)}${i + 10}`)
      assert.ok(settings.canKeep() && settings.keptLength() + book.join("\n").length < 4096, `${settings.keptLength()} bytes`)
    })

    it("refuse a profile with which more would have to be kept than there is room for, and stay with the one they have", () => {
      fill(settings, ["", "2.", "3."])
      // What is usual takes no room, for as long as it is.
      for (const [name] of UNUSUAL) assert.equal(settings.assign(`4.${name}`, settings.ofLine(4, name)), "")
      for (const name of ["display_name", "auth_user", "password"]) settings.assign(`4.${name}`, "x".repeat(30))
      let said = "", before = 0
      for (const [name, value] of UNUSUAL) {
        settings.assign(`4.${name}`, value)
        before = settings.keptLength()
        said = settings.assign("4.profile", "snom")
        if (said !== "") break
        assert.equal(settings.assign("4.profile", "auto"), "")
      }
      assert.equal(said, "there is no room for so many and so long settings")
      assert.equal(settings.ofLine(4, "profile"), "auto")
      assert.equal(settings.keptLength(), before)
    })

    it("know when a text that was read, without marks, is too long to be written with them", () => {
      const lines = ["", "2.", "3.", "4."].flatMap((line) => [...UNUSUAL, ["password", "x".repeat(64)], ["auth_user", "x".repeat(64)], ["display_name", "x".repeat(48)]]
        .map(([name, value]) => `${line}${name}: ${value}`)).join("\n")
      const text = [lines, ...Array.from({ length: 12 }, (_, i) => `contact: ${"n".repeat(18)}${i + 10} = ${"1".repeat(18)}${i + 10}`)].join("\n").slice(0, 4096)
      assert.equal(settings.load(text.slice(0, text.lastIndexOf("\n") + 1).padEnd(4096, "#")), 0, settings.fault())
      assert.equal(settings.canKeep(), settings.keptLength() >= 0)
      assert.equal(settings.canKeep(), false)
    })
  })
}
