import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeLoader } from "../../host/loader.ts"
import { readZone, recordsOf } from "../../host/own-records.ts"
import { readOptions } from "../../host/options.ts"
import { refusalOf } from "../../host/settings.ts"

const LAB_ZONE = new URL("../../host/lab/rapidtech.zone", import.meta.url).pathname
const RECORDS = "sipserver1 A 127.0.0.2;sipserver2 A 127.0.0.3;sipserverbackup A 127.0.0.4;_sip._udp SRV 0 40 5060 sipserver1;_sip._udp SRV 0 60 5060 sipserver2;_sip._udp SRV 1 5 5060 sipserverbackup"

describe("A zone file for the phone", () => {
  let folder: string
  before(() => { folder = mkdtempSync(join(tmpdir(), "linehunt-zone-")) })
  after(() => rmSync(folder, { recursive: true }))

  const zone = (text: string): string => {
    const path = join(folder, "zone")
    writeFileSync(path, text)
    return path
  }

  it("is the domain and the setting records, which the phone takes: what leads to its servers, and nothing else (BL-15)", () => {
    const { overrides } = readOptions(["--zone", LAB_ZONE])
    assert.deepEqual(overrides, [{ name: "domain", value: "rapidtech.phones", flag: "--zone" }, { name: "records", value: RECORDS, flag: "--zone" }])
    const { load } = makeLoader("v8")
    assert.equal(refusalOf(() => load(undefined), Buffer.from(`domain: rapidtech.phones\nrecords: ${RECORDS}\n`)), undefined)
  })

  it("may have NAPTR, aliases and names of other zones (RFC 3403)", () => {
    const path = zone(`@ 60 IN NAPTR 10 50 "s" "SIP+D2U" "" _sip._udp.pool.example.net.\n_sip._udp.pool.example.net. 60 SRV 0 0 5070 alias\nalias 60 CNAME far.example.org.\nfar.example.org. 60 AAAA 2001:db8::1\nwww 60 A 192.0.2.80\n`)
    assert.equal(recordsOf(readZone(path, "example.com"), "example.com", path),
      '@ NAPTR 10 50 "s" "SIP+D2U" "" _sip._udp.pool.example.net.;_sip._udp.pool.example.net. SRV 0 0 5070 alias;alias CNAME far.example.org.;far.example.org. AAAA 2001:db8::1')
  })

  it("is refused with its line, and where nothing of it leads to a server", () => {
    const wrong = zone("$ORIGIN example.com.\n@ 60 IN A 300.1.1.1\n")
    assert.throws(() => readOptions(["--zone", wrong]), /is no zone file: line 2: /)
    const useless = zone("$ORIGIN example.com.\nwww 60 IN A 192.0.2.1\n")
    assert.throws(() => readOptions(["--zone", useless]), /has no record that leads from example\.com to a server/)
    assert.throws(() => readOptions(["--zone", join(folder, "absent")]), /cannot be read/)
  })
})
