// What npm run flash and npm run monitor can be told, and what the ESP-IDF project asks of this build.
import { UserError, type Exit } from "../../host/errors.ts"
import { HELP_FLAG, helpOf, readFlags, type Flags } from "../../host/flags.ts"
import { boards, boardNamed } from "./boards.ts"
import { firmware, flash, monitor } from "./flash.ts"
import { prepare } from "./prepare.ts"

const PORT = { port: { value: "DEVICE", help: "the serial port of the board, such as /dev/ttyUSB0" } } as const satisfies Flags
const BOARD = { board: { value: "NAME", help: "one of those below" } } as const satisfies Flags
const WIFI = {
  "wifi-ssid": { value: "NAME", help: "a network that the board knows from the start" },
  "wifi-password-file": { value: "FILE", help: "a file that holds its password, alone" },
} as const satisfies Flags
const ADDRESS = { address: { value: "ADDRESS", help: "of this machine, at which the board asks for the firmware" } } as const satisfies Flags
const FLAGS = { ...PORT, ...BOARD, ...WIFI, ...ADDRESS, ...HELP_FLAG } as const satisfies Flags

/** What each takes. */
const TAKEN: Readonly<Record<string, Flags>> = {
  flash: { ...PORT, ...BOARD, ...WIFI, ...HELP_FLAG }, monitor: { ...PORT, ...BOARD, ...HELP_FLAG }, firmware: { ...BOARD, ...ADDRESS, ...HELP_FLAG },
}

function help(): string {
  const names = boards().map(({ name, chip, about }) => `  ${name.padEnd(16)} ${chip.padEnd(10)} ${about}`)
  return `npm run flash -- --port /dev/ttyUSB0 --board NAME [--wifi-ssid NAME --wifi-password-file FILE]
npm run monitor -- --port /dev/ttyUSB0 [--board NAME]
npm run firmware -- --board NAME [--address ADDRESS]

The first builds the firmware with ESP-IDF and writes it to a board; what the board keeps of settings stays. With a Wi-Fi network the board knows it from
the start; the password stands alone in a file. The second shows the console of a board, by default
of the one whose firmware was built last; Ctrl-] ends it. The third builds a firmware and gives it out once over the network (OTA), at an address of
this machine; it prints the line to enter in the board's console. docs/flash.md has the wires and the next steps.

${helpOf(FLAGS)}

Boards:
${names.join("\n")}
`
}

/** Does what the words ask for. Throws UserError. */
export async function command([verb = "", ...words]: readonly string[]): Promise<Exit> {
  if (verb === "prepare") prepare(words[0] ?? "", words[1] ?? "")
  else await useBoard(verb, words)
  return "ok"
}

async function useBoard(verb: string, args: readonly string[]): Promise<void> {
  const { flags, words, text } = readFlags(args, FLAGS)
  if (flags.has("help")) return void process.stdout.write(help())
  const refused = [...flags.keys()].map((name) => `--${name}`).find((flag) => !Object.hasOwn(TAKEN[verb] ?? {}, flag.slice(2))) ?? words[0]
  if (refused !== undefined) throw new UserError("usage", `${verb} takes no ${refused}; npm run ${verb} -- --help says what it takes.`)
  const port = text("port"), board = text("board")
  if (verb === "monitor") return monitor({ port, board: board === undefined ? undefined : boardNamed(board) })
  if (verb === "firmware") return firmware(boardNamed(board), text("address"))
  await flash({ port, board: boardNamed(board), wifi: text("wifi-ssid"), passwordFile: text("wifi-password-file") })
}
