// What npm run flash and npm run monitor can be told, and what the ESP-IDF project asks of this build.
import { parseArgs } from "node:util"
import { UserError } from "../../host/errors.ts"
import { boards, boardNamed } from "./boards.ts"
import { firmware, flash, monitor } from "./flash.ts"
import { prepare } from "./prepare.ts"

const OPTIONS = {
  port: { type: "string" }, board: { type: "string" }, "wifi-ssid": { type: "string" }, "wifi-password-file": { type: "string" },
  address: { type: "string" }, help: { type: "boolean" },
} as const

function help(): string {
  const names = boards().map(({ name, chip, about }) => `  ${name.padEnd(16)} ${chip.padEnd(10)} ${about}`)
  return `npm run flash -- --port /dev/ttyUSB0 --board NAME [--wifi-ssid NAME --wifi-password-file FILE]
npm run monitor -- --port /dev/ttyUSB0 [--board NAME]
npm run firmware -- --board NAME [--address ADDRESS]

The first builds the firmware with ESP-IDF and writes it to a board; what the board keeps of settings stays. With a Wi-Fi network the board knows it from
the start; the password stands alone in a file. The second shows the console of a board, by default
of the one whose firmware was built last; Ctrl-] ends it. The third builds a firmware and gives it out once over the network (OTA), at an address of
this machine; it prints the line to enter in the board's console. docs/flash.md has the wires and the next steps.

Boards:
${names.join("\n")}
`
}

/** Does what the words ask for. Throws UserError. */
export async function command([verb, ...words]: readonly string[]): Promise<void> {
  if (verb === "prepare") return prepare(words[0] ?? "", words[1] ?? "")
  const { values } = readArguments(words)
  if (values.help) return void process.stdout.write(help())
  if (verb === "monitor") return monitor({ port: values.port, board: values.board === undefined ? undefined : boardNamed(values.board) })
  const board = boardNamed(values.board)
  if (verb === "firmware") return firmware(board, values.address)
  await flash({ port: values.port, board, wifi: values["wifi-ssid"], passwordFile: values["wifi-password-file"] })
}

function readArguments(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS })
  } catch (error) {
    throw new UserError("usage", `${(error as Error).message}\n\n${help()}`)
  }
}
