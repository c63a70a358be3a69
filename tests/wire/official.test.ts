// The messages of RFC 4475 and RFC 5118 themselves, where their folder is beside the project: their licence keeps them out of it.
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { INCOMING, enginesPresent, wireCore } from "./wire-core.ts"
import { linesOf } from "./markdown.ts"

const FOLDER = new URL("../../../shared/data/", import.meta.url)

/** What the reading must say of some of them. */
const FACTS: Record<string, Record<string, string>> = {
  "wsinv.dat": { "cseq": "9", "max-forwards": "68", "via count": "3", "to tag": "1918181833n", "via branch": "390skdjuw", "body length": "150" },
  "intmeth.dat": { "method number": "0", "max-forwards": "255", "from tag": "_token~1'+`*%!-." },
  "esc01.dat": { "uri user": "sips%3Auser%40example.com", "uri host": "example.net" },
  "escnull.dat": { "contact 1": "<sip:%00@host5.example.com>", "contact 2": "<sip:%00%00@host5.example.com>" },
  "esc02.dat": { "method number": "0", "contact 3": "-" },
  "lwsdisp.dat": { "from display": "caller", "from tag": "323" },
  "longreq.dat": { "via count": "34", "cseq": "3882340" },
  "dblreq.dat": { "method": "REGISTER", "body length": "0" },
  "semiuri.dat": { "uri user": "user;par=u%40example.net", "uri host": "example.com" },
  "transports.dat": { "via count": "5", "via transport": "UDP" },
  "noreason.dat": { "status": "100", "reason": "-" },
  "clerr.dat": { "answer": "400 Body Shorter Than Content-Length", "answerable": "yes" },
  "ncl.dat": { "answer": "400 Bad Content-Length", "answerable": "yes" },
  "badinv01.dat": { "answer": "400 Bad Via", "answerable": "yes" },
  "scalar02.dat": { "answer": "400 Bad CSeq", "answerable": "yes", "expires": "3600" },
  "badvers.dat": { "answer": "505 Version Not Supported", "answerable": "yes" },
  "mismatch01.dat": { "answer": "400 CSeq Method Mismatch" },
  "mismatch02.dat": { "answer": "501 Not Implemented" },
  "multi01.dat": { "answer": "400 Repeated Header Field", "answerable": "yes" },
  "mcl01.dat": { "answer": "400 Different Content-Lengths", "answerable": "yes" },
  "bigcode.dat": { "answerable": "no" },
  "unkscm.dat": { "uri scheme": "other" },
  "novelsc.dat": { "uri scheme": "other" },
  "bcast.dat": { "via count": "2" },
  "zeromf.dat": { "max-forwards": "0" },
  "cparam01.dat": { "contact 1": "<sip:+19725552222@gw1.example.net>;unknownparam" },
  "cparam02.dat": { "contact 1": "<sip:+19725552222@gw1.example.net;unknownparam>" },
  "inv2543.dat": { "from tag": "-", "via branch": "-", "max-forwards": "-1", "content-length": "-1" },
  "ipv6-good.dat": { "uri host": "[2001:db8::10]", "via host": "[2001:db8::9:1]", "via port": "-" },
  "ipv6-bad.dat": { "answer": "400 Bad Request-URI", "answerable": "yes" },
  "port-ambiguous.dat": { "uri host": "[2001:db8::10:5070]", "uri port": "-" },
  "port-unambiguous.dat": { "uri host": "[2001:db8::10]", "uri port": "5070" },
  "via-received-param-with-delim.dat": { "via received": "[2001:db8::9:255]" },
  "via-received-param-no-delim.dat": { "via received": "2001:db8::9:255" },
  "mult-ip-in-header.dat": { "via count": "3", "via port": "6050" },
}

/** Its Content-Length is longer than its body, as the manifest notes: refusing it is right too. */
const EITHER = new Set(["ipv6-in-sdp.dat"])

for (const set of ["rfc4475", "rfc5118"]) {
  const folder = new URL(`${set}/`, FOLDER)
  if (!existsSync(folder)) {
    console.log(`    The messages of ${set} are not beside the project: not run. tests/wire/torture.md has ours.`)
    continue
  }
  const rows = readFileSync(new URL("MANIFEST.tsv", folder), "utf8").trim().split("\n").slice(1).map((row) => row.split("\t"))
  for (const engine of await enginesPresent()) {
    const core = await wireCore(engine)
    describe(`The messages of ${set} on ${engine}`, () => {
      for (const [file = "", section = "", , verdict = ""] of rows) {
        if (!existsSync(new URL(file, folder))) continue
        it(`${file} (${section}) gets its verdict: ${verdict}`, () => {
          const message = readFileSync(new URL(file, folder))
          const used = core.read(message, INCOMING)
          if (verdict === "accept" && !EITHER.has(file)) assert.notEqual(used, -1, core.fault())
          if (verdict === "reject" || verdict === "ua") assert.equal(used, -1)
          const read = linesOf(core.text("describe", INCOMING))
          const facts = FACTS[file] ?? {}
          assert.deepEqual(Object.fromEntries(Object.keys(facts).map((name) => [name, read[name] ?? "-"])), facts)
        })
      }
    })
  }
}
