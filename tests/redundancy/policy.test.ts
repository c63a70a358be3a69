// The knobs one by one: profiles, the field of servers, statuses, avoidance and hold-down, as tables with the requirement's id.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { openPolicy, type Policy } from "./policy.ts"

const PROFILES = ["auto", "snom", "versity", "baker", "vip"]
const PAGE = new URL("profiles.md", import.meta.url)

describe("redundancy policies", () => {
  let policy: Policy
  before(async () => { policy = await openPolicy() })
  beforeEach(() => { policy.reset(1) })

  it("are set by the profile as tests/redundancy/profiles.md says (requirements 1.8; AMB-01, AMB-02, AMB-04, AMB-07, AMB-08, AMB-10 to AMB-14, AMB-24, AMB-27, AMB-28)", () => {
    const columns = PROFILES.map((profile) => {
      policy.load(`profile: ${profile}\n`)
      return new Map(policy.names.map((name) => [name, policy.value(name)]))
    })
    const differing = policy.names.filter((name) => name !== "profile" && new Set(columns.map((column) => column.get(name))).size > 1)
    const rows = differing.map((name) => `| ${name} | ${columns.map((column) => column.get(name)).join(" | ")} |`).join("\n")
    const page = `# What each profile sets\n\n| knob | ${PROFILES.join(" | ")} |\n|${" --- |".repeat(PROFILES.length + 1)}\n${rows}\n`
    if (process.env["UPDATE"] === "1") writeFileSync(PAGE, page)
    assert.equal(page, readFileSync(PAGE, "utf8"))
  })

  it("keep what was set by hand whatever the profile, and in whatever order the file has them", () => {
    for (const text of ["profile: snom\ndirty_host_ttl: 45\n", "dirty_host_ttl: 45\nprofile: snom\n"]) {
      assert.equal(policy.load(text), "")
      assert.deepEqual([policy.value("dirty_host_ttl"), policy.value("failback"), policy.value("use_naptr")], ["45", "per_request", "1"])
      assert.deepEqual([policy.origin("dirty_host_ttl"), policy.origin("failback")], ["file", "usual"])
    }
  })

  it("tell what a file has from what was given at the start, which stands behind its mark", () => {
    assert.equal(policy.load("profile: snom\nuser: 1\n# start\ndirty_host_ttl: 45\ndomain: example.com\n"), "")
    assert.deepEqual(["profile", "user", "dirty_host_ttl", "domain", "failback"].map((name) => policy.origin(name)), ["file", "file", "start", "start", "usual"])
    policy.load("user: 1\n")
  })

  const FIELDS: readonly [field: string, domain: string, server: string][] = [
    ["example.com", "example.com", ""],
    ["example.com; 192.0.2.1", "example.com", "192.0.2.1"],
    ["example.com;one.example.com;[2001:db8::1]:5070 ; 192.0.2.7:5080", "example.com", "one.example.com;[2001:db8::1]:5070 ; 192.0.2.7:5080"],
    ["example.com; a; b; c; d", "example.com", "a; b; c; d"],
  ]
  for (const [field, domain, server] of FIELDS) {
    it(`take the field "${field}" apart into domain and servers (VE-09, VE-10, AMB-17)`, () => {
      assert.equal(policy.load(`domain: ${field}\n`), "")
      assert.deepEqual([policy.value("domain"), policy.value("server")], [domain, server])
    })
  }

  for (const field of ["example.com; a; b; c; d; e", "example.com; a;; b", "example.com:5060; a", "example.com; 2001:db8::1", "; a", "example.com; a b", "example.com;"]) {
    it(`refuse the field "${field}" (VE-09, AMB-17)`, () => { assert.notEqual(policy.load(`domain: ${field}\n`), "") })
  }

  const STATUSES: readonly [code: number, up: boolean][] = [
    [200, true], [404, true], [405, true], [486, true], [401, true], [403, true], [407, true], [408, false], [500, false], [503, false], [599, false], [600, true], [603, true],
  ]
  for (const [code, up] of STATUSES) {
    it(`see a server that answers ${code} to OPTIONS ${up ? "up" : "down"} (VE-24, VE-25, AMB-05)`, () => { assert.equal(policy.call("up", code), up ? 1 : 0) })
  }

  it("see a server down as options_down_codes says (AMB-05)", () => {
    policy.load("options_down_codes: 480 6xx\n")
    assert.deepEqual([480, 408, 503, 603].map((code) => policy.call("up", code)), [0, 1, 1, 0])
  })

  const CODES: readonly [profile: string, code: number, leaves: boolean, id: string][] = [
    ["baker", 500, true, "BK-04"], ["baker", 503, true, "BK-04"], ["baker", 501, false, "BK-04"], ["baker", 502, false, "BK-04"], ["baker", 504, false, "BK-04"],
    ["baker", 480, false, "BK-04"], ["baker", 403, false, "AMB-23"], ["versity", 403, true, "VE-23"], ["versity", 404, true, "VE-23"], ["versity", 401, true, "VE-23"],
    ["versity", 502, true, "VE-26"], ["snom", 503, true, "AMB-07"], ["snom", 500, false, "AMB-07"], ["snom", 408, true, "AMB-07"], ["auto", 504, true, "AMB-07"], ["vip", 500, false, "AMB-07"],
  ]
  for (const [profile, code, leaves, id] of CODES) {
    it(`${leaves ? "leave" : "stay at"} a server that answers ${code} to REGISTER in ${profile} (${id})`, () => {
      policy.load(`profile: ${profile}\n`)
      assert.equal(policy.call("leaves", 0, code), leaves ? 1 : 0)
    })
  }

  it("leave a server that answers 503 to INVITE in every profile (AMB-07, RFC 3263 4.3)", () => {
    for (const profile of PROFILES) {
      policy.load(`profile: ${profile}\n`)
      assert.deepEqual([503, 486, 408, 404].map((code) => policy.call("leaves", 1, code)), [1, 0, 0, 0], profile)
    }
  })

  it("have a list for BYE and whatever else is neither REGISTER nor INVITE; a 408 from the far end is no reason to leave (AMB-07)", () => {
    policy.load("failover_codes: 500\nfailover_invite: 504\nfailover_other: 502\n")
    assert.deepEqual([500, 502, 503, 504, 408].map((code) => [0, 1, 2].map((method) => policy.call("leaves", method, code)).join("")), ["100", "001", "011", "010", "100"])
  })

  it("bound the set-up of a call: 64 T1 for each server, or call_setup_max (AMB-10)", () => {
    policy.load("sip_retry_t1: 250\n")
    assert.deepEqual([1, 3].map((servers) => policy.call("setup", servers)), [16_000, 48_000])
    policy.load("call_setup_max: 20\n")
    assert.equal(policy.call("setup", 3), 20_000)
  })

  const RETRIES: readonly [count: number, register: number, invite: number][] = [[0, 500, 500], [1, 1500, 1500], [2, 3500, 3500], [3, 7500, 7500], [5, 15500, 31500]]
  for (const [count, register, invite] of RETRIES) {
    it(`give a silent server up ${register} ms after a REGISTER with retry_count ${count}, and never the last one (BK-10, BK-12, BK-29, AMB-04, AMB-09)`, () => {
      policy.load(`profile: baker\nretry_count: ${count}\n`)
      assert.deepEqual([policy.call("patience", 0, 0), policy.call("patience", 1, 0), policy.call("patience", 0, 1)], [register, invite, 0])
    })
  }

  it("take T1 as set unless it is learned, then three round trips of the last probe, 200 ms at least and no more than is set", () => {
    const learned = (settings: string): unknown[] => {
      policy.reset(1)
      policy.load(settings)
      return [0, 1, 66, 67, 100, 166, 167, 2000, 65535].map((trip) => policy.call("learned", trip))
    }
    assert.deepEqual(learned(""), Array(9).fill(500))
    assert.deepEqual(learned("learn_t1: 1\n"), [500, 200, 200, 201, 300, 498, 500, 500, 500])
    assert.deepEqual(learned("learn_t1: 1\nsip_retry_t1: 2000\n"), [2000, 200, 200, 201, 300, 498, 501, 2000, 2000])
    assert.deepEqual(learned("learn_t1: 1\nsip_retry_t1: 100\n"), Array(9).fill(100))
  })

  it("give a server up by the T1 that is learned of it, and never later than 64 of them", () => {
    policy.load("profile: baker\nretry_count: 3\nlearn_t1: 1\n")
    policy.call("learned", 10)
    assert.deepEqual([policy.call("patience", 0, 0), policy.call("patience", 1, 0), policy.call("patience", 1, 1)], [3000, 3000, 0])
    policy.load("learn_t1: 1\nretry_mode: period\nretry_period: 12\n")
    assert.equal(policy.call("patience", 1, 0), 12_000)
    policy.load("learn_t1: 1\nretry_mode: period\nretry_period: 13\n")
    assert.equal(policy.call("patience", 1, 0), 0)
  })

  it("ask the backup for its own lifetime (BK-25)", () => {
    policy.load("profile: baker\nregister_ttl: 3600\nbackup_ttl: 600\n")
    assert.deepEqual([1, 2, 3].map((rank) => policy.call("ttl", rank)), [3600, 600, 600])
  })

  it("pass over a server that probes have found down in versity and auto, while in snom and vip only the marks of failures count (AMB-12, AMB-34)", () => {
    const worth = (profile: string): string => {
      policy.reset(1)
      policy.load(`profile: ${profile}\n`)
      return [1, 0, 2].map((status) => policy.call("worth", status)).join("")
    }
    assert.deepEqual(["versity", "auto", "snom", "vip", "baker"].map(worth), ["012", "012", "000", "000", "000"])
  })

  it("avoid a server for dirty_host_ttl, not at all when it is 0, and no longer once it answers (SN-16, SN-21)", () => {
    policy.load("profile: snom\n")
    assert.equal(policy.call("fail", 0, -1n, 1000n), 0)
    policy.load("profile: snom\ndirty_host_ttl: 300\n")
    assert.equal(policy.call("fail", 0, -1n, 1000n), 301_000)
    assert.equal(policy.call("answer", 200, 2000n), 0)
  })

  it("believe one refusal by ICMP for a minute at most, a second failure in a row in full, and Retry-After for an hour at most (P-31, AMB-07, RF-20)", () => {
    policy.load("profile: snom\ndirty_host_ttl: 300\n")
    assert.deepEqual([policy.call("fail", 1, -1n, 0n), policy.call("fail", 1, -1n, 0n)], [60_000, 300_000])
    policy.reset(1)
    policy.load("profile: snom\ndirty_host_ttl: 300\n")
    assert.equal(policy.call("fail", 0, 900n, 0n), 900_000)
    assert.equal(policy.call("fail", 0, 90_000n, 0n), 3_600_000)
  })

  it("take Retry-After for retry_after_max at most, and not at all when retry_after_policy is ignore (AMB-07, RF-20)", () => {
    policy.load("profile: snom\nretry_after_max: 120\n")
    assert.equal(policy.call("fail", 0, 900n, 0n), 120_000)
    policy.load("profile: snom\nretry_after_policy: ignore\n")
    assert.equal(policy.call("fail", 0, 900n, 0n), 0)
  })

  it("double the avoidance with each failure up to dirty_max_ttl, each time 50 to 100 % of it (AMB-07, RFC 5626 4.5)", () => {
    const spans = Array.from({ length: 9 }, () => policy.call("fail", 0, -1n, 0n) / 1000)
    assert.equal(spans[0], 60)
    spans.slice(1).forEach((span, i) => {
      const whole = Math.min(60 * 2 ** (i + 1), 1800)
      assert.ok(span >= whole / 2 - 1 && span <= whole, `${i + 2}: ${span} of ${whole}`)
    })
  })

  it("hold a return down four times as long with each fall, an hour at most, and forget after an hour that went well (P-02)", () => {
    assert.deepEqual([0, 1, 2, 3].map(() => policy.call("fall", 1000n, 0n) / 1000), [300, 1200, 3600, 3600])
    policy.reset(1)
    policy.call("fall", 1000n, 0n)
    assert.equal(policy.call("fall", 3_600_000n, 0n) / 1000, 300)
  })
})
