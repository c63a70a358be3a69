// The scenes of calls: how to come to each picture of calls.md. The tests of keys begin from them too.
import { ENDS, type Phone } from "./phone.ts"

const ACCOUNT = "domain: example.com\nuser: 6001\npassword: secret\n"
const BOOK = ["Anna Berg = 6002", "Bob = 6003", "Zoë Ångström-Müller = +358401234567"].map((line) => `contact: ${line}\n`).join("")
const ANNA = { number: "6002" }, BOB = { number: "6003" }

const talking = (phone: Phone, more = {}) => phone.ring(0, { state: "talking", talked: 187, marks: ["focused"], ...ANNA, ...more })
const two = (phone: Phone) => {
  phone.ring(1, { state: "talking", talked: 64, marks: ["held"], ...BOB })
  talking(phone)
}

// Title in the reference, and how to come there from a registered phone
export const SCENES: [string, (phone: Phone) => void][] = [
  ["Idle, with missed calls", (phone) => { phone.past("missed", "", "6002"); phone.past("missed", "", "6003") }],
  ["Idle, not to be disturbed", (phone) => { phone.settings(ACCOUNT + "dnd: 1\n"); phone.past("missed", "", "6002") }],
  ["Dialing: a number", (phone) => phone.press("6 0 0")],
  ["Dialing: a number that is in the phone book", (phone) => phone.press("0 4 0 1 2 3 4 5 6 7")],
  ["Dialing: letters", (phone) => phone.press("hook middle 2 6 6 6 2")],
  ["Dialing: nothing yet", (phone) => phone.press("hook")],
  ["Dialing: the hook brings back what was dialled last", (phone) => { phone.past("dialled", "", "6003"); phone.press("hook") }],
  ["Dialing: refused", (phone) => phone.press("5 hook")],
  ["Calling: a server is sought", (phone) => phone.ring(0, { state: "preparing", marks: ["focused", "outgoing"], ...ANNA })],
  ["Calling: the server being tried", (phone) => phone.ring(0, { state: "calling", began: 12, server: 2, marks: ["focused", "outgoing"], ...ANNA })],
  ["Ringing there", (phone) => phone.ring(0, { state: "ringing", began: 15, server: 2, marks: ["focused", "outgoing"], number: "6004" })],
  ["Incoming, known by the phone book", (phone) => phone.ring(0, { state: "incoming", name: "A. Berg", ...ANNA })],
  ["Incoming, with the name that the caller gives", (phone) => phone.ring(0, { state: "incoming", name: "Carl Gustaf Emil Mannerheim", number: "+358912345678" })],
  ["Incoming, diverted, silent", (phone) => phone.ring(0, { state: "incoming", number: "6009", diversion: "6003", marks: ["focused", "silent"] })],
  ["Incoming while talking", (phone) => { talking(phone); phone.ring(1, { state: "incoming", ...BOB }) }],
  ["Incoming while a name is typed", (phone) => { phone.press("down down down down right 7 right 2"); phone.ring(0, { state: "incoming", ...BOB }) }],
  ["Talking", (phone) => talking(phone)],
  ["Talking for more than an hour", (phone) => talking(phone, { talked: 3787 })],
  ["Talking: nothing is lost", (phone) => { talking(phone); phone.sound(0, 500, 0, 0) }],
  ["Talking: one packet in ten is lost", (phone) => { talking(phone); phone.sound(0, 500, 10, 0) }],
  ["Talking: nothing has come for four seconds", (phone) => { talking(phone); phone.sound(0, 500, 0, 4) }],
  ["Talking: muted, and held by them", (phone) => talking(phone, { marks: ["focused", "muted", "held by them"] })],
  ["Talking: digits that were sent", (phone) => { talking(phone); phone.press("1 2 # *") }],
  ["Talking: the volume", (phone) => { talking(phone); phone.press("up") }],
  ["Talking: options", (phone) => { talking(phone); phone.press("middle down") }],
  ["Talking, muted: options", (phone) => { talking(phone, { marks: ["focused", "muted"] }); phone.press("middle") }],
  ["Held by us", (phone) => talking(phone, { marks: ["focused", "held"] })],
  ["Held: options", (phone) => { talking(phone, { marks: ["focused", "held"] }); phone.press("middle") }],
  ["Two calls", two],
  ["Two calls, one with a long name", (phone) => {
    phone.ring(1, { state: "talking", talked: 4000, marks: ["held", "muted"], number: "+358401234567" }); talking(phone); phone.sound(0, 500, 2, 0)
  }],
  ["Two calls: options", (phone) => { two(phone); phone.press("middle") }],
  ["Two calls: the first one is held and the second rings there", (phone) => {
    talking(phone, { marks: ["held"] }); phone.ring(1, { state: "ringing", began: 3, marks: ["focused", "outgoing"], ...BOB })
  }],
  ["Conference", (phone) => {
    phone.ring(1, { state: "talking", talked: 64, marks: ["mixed"], ...BOB }); talking(phone, { marks: ["focused", "mixed"] })
  }],
  ["Transfer: the target", (phone) => { talking(phone); phone.press("middle 2 6 0 0 3") }],
  ["Transfer: asked for", (phone) => { talking(phone); phone.transfer(0, 1) }],
  ["Transfer: refused there", (phone) => { talking(phone); phone.transfer(0, 3, 486) }],
  ["Answering", (phone) => phone.ring(0, { state: "answering", talked: 0, ...BOB })],
  ["Two calls, both held", (phone) => {
    phone.ring(1, { state: "talking", talked: 64, marks: ["held"], ...BOB }); talking(phone, { marks: ["focused", "held"] })
  }],
  ["Conference: options", (phone) => {
    phone.ring(1, { state: "talking", talked: 64, marks: ["mixed"], ...BOB }); talking(phone, { marks: ["focused", "mixed"] }); phone.press("middle")
  }],
  ["The menu, while talking", (phone) => { talking(phone); phone.press("middle 8") }],
  ["Another call is dialled, while talking", (phone) => { talking(phone); phone.press("middle 3 6 0 0 3") }],
  ["Transfer: not possible", (phone) => { talking(phone); phone.press("middle 2 6 0 0 3 middle") }],
  ...ENDS.filter((ended) => !["none", "hung up", "cancelled"].includes(ended)).map((ended): [string, (phone: Phone) => void] => [`Ended: ${ended}`, (phone) =>
    phone.ring(0, { state: "ended", ended, status: 500, marks: ["focused", "outgoing"], ...ANNA })]),
  ["Ended after talking, with a reason", (phone) =>
    phone.ring(0, { state: "ended", ended: "peer hung up", talked: 75, reason: "Call completed elsewhere", marks: ["focused"], ...ANNA })],
  ["The call history", (phone) => {
    phone.clock("2026-02-27T09:15:00Z", 60); phone.past("dialled", "", "6004"); phone.past("missed", "Carl Gustaf Emil", "+358912345678")
    phone.clock("2026-03-01T11:05:00Z", 60); phone.past("received", "", "6002"); phone.pass(60_000); phone.past("missed", "", "+358401234567"); phone.past("rejected", "", "6003"); phone.press("up down")
  }],
  ["The call history, empty", (phone) => phone.press("up")],
  ["The phone book", (phone) => phone.press("down down")],
  ["The phone book, empty", (phone) => { phone.settings(ACCOUNT); phone.press("down") }],
  ["The phone book, empty, to pick from", (phone) => { phone.settings(ACCOUNT); phone.press("6 down") }],
  ["The phone book, to pick from", (phone) => phone.press("6 down")],
  ["A contact", (phone) => phone.press("down down middle down")],
  ["A contact's name", (phone) => phone.press("down down middle 1")],
  ["A new contact's number", (phone) => phone.press("down up right 7")],
  ["A name that is taken", (phone) => phone.press("down middle 1 left left left left left left left left left # 2 2 # 6 6 6 # # 2 2 right")],
  ["Call settings", (phone) => phone.press("right 3")],
]

/** A phone that has been registered for a while. */
export function begin(phone: Phone): void {
  phone.open()
  phone.settings(ACCOUNT + BOOK)
  phone.servers([{ address: "192.0.2.1", status: "down", priority: 0 }, { address: "192.0.2.2", status: "up" }], 1)
  phone.stand("registered", "none", 200, 1)
  phone.times(36_000, 36_000, 30_000, 0)
  phone.pass(4_000_000)
  phone.clock("2026-03-01T13:31:00Z", 60)
}
