// Address books as other programs export them become contacts of the phone.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { importContacts, readContacts } from "../../host/contacts.ts"
import { UserError } from "../../host/errors.ts"
import { makeLoader } from "../../host/loader.ts"
import { bytes } from "./fakes.ts"

const folder = mkdtempSync(join(tmpdir(), "linehunt-book-"))

function read(text: string): string[] {
  writeFileSync(join(folder, "book"), text)
  return readContacts(join(folder, "book")).map(({ name, number }) => `${name} = ${number}`)
}

describe("An address book", () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  it("is a table with or without titles, whatever stands between the columns", () => {
    assert.deepEqual(read("Ann Lee,701\n\"Lee, Bob\",+1 (555) 010-02\n"), ["Ann Lee = 701", "Lee, Bob = +155501002"])
    assert.deepEqual(read("Name;Phone\nAnn;701\nBob;\n"), ["Ann = 701"])
    assert.deepEqual(read("\ufeffFirst Name,Last Name,E-mail,Phone 1 - Type,Phone 1 - Value,Mobile Phone,Business Fax\nJosé,Núñez,a@b,Work,030/1234,0170 55,9\n"),
      ["José Núñez = 0301234", "José Núñez cell = 017055"])
    assert.deepEqual(read("number\tname\nsip:ann@example.com\tAnn\n"), ["Ann = sip:ann@example.com"])
  })

  it("is a file of vCards, of any version", () => {
    const cards = [
      "BEGIN:VCARD", "VERSION:3.0", "FN:Ann Lee", "TEL;TYPE=WORK,VOICE:+49 30 1234", "TEL;TYPE=cell:+49 170 55", "TEL;TYPE=fax:1", "END:VCARD",
      "BEGIN:VCARD", "VERSION:4.0", "FN:Bob", "TEL;VALUE=uri:tel:+1-555-0100;ext=5", "END:VCARD",
      "BEGIN:VCARD", "VERSION:3.0", "FN:Nobody", "END:VCARD", "",
    ]
    assert.deepEqual(read(cards.join("\r\n")), ["Ann Lee = +49301234", "Ann Lee cell = +4917055", "Bob = +15550100"])
  })

  it("that is none is refused with what to do", () => {
    for (const [text, sentence] of [["", /has nobody with a number/], ["hello", /has nobody with a number/], ["BEGIN:VCARD\nFN:A", /is no address book that can be read/],
      ["a\u001b[2J\u0000\u0007b\"c,\"d", /is no address book that can be read \([\x20-\x7e]{1,90}\); export it/]] as const) {
      assert.throws(() => read(text), (error: unknown) => error instanceof UserError && sentence.test(error.message) && error.exit === "file", text)
    }
    assert.throws(() => readContacts(join(folder, "none")), /cannot be read: there is no such file/)
  })

  it("goes into the settings as far as the phone takes it; who has the same name gets the new number", () => {
    const loader = makeLoader("v8")
    const many = Array.from({ length: 14 }, (_, i) => ({ name: `Name ${i}`, number: String(700 + i) }))
    const { text, taken, left } = importContacts(bytes("user: 6001\ncontact: name 3 = 1\ncontact: Bob = 2\n"), many, () => loader.load(undefined))
    assert.equal(taken.length, 11)
    assert.deepEqual(left, ["Name 11 711: the phone book is full", "Name 12 712: the phone book is full", "Name 13 713: the phone book is full"])
    assert.match(Buffer.from(text).toString(), /^user: 6001\ncontact: Bob = 2\ncontact: Name 0 = 700\n[^]*contact: Name 10 = 710\n$/)
    assert.equal(Buffer.from(text).toString().includes("name 3"), false)
    assert.match(importContacts(bytes(""), [{ name: "A", number: "1 2" }], () => loader.load(undefined)).left[0] ?? "", /a contact is NAME = NUMBER/)
  })
})
