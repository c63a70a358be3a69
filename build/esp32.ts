// The real boards from the command line: npm run flash, npm run monitor, and what the ESP-IDF project asks of this build.
import { parseArgs } from "node:util"
import { EXITS, UserError } from "../host/errors.ts"
import { boards, boardNamed } from "./esp32/boards.ts"
import { flash, monitor } from "./esp32/flash.ts"
import { prepare } from "./esp32/prepare.ts"

const OPTIONS = {
  port: { type: "string" }, board: { type: "string" }, "wifi-ssid": { type: "string" }, "wifi-password-file": { type: "string" }, help: { type: "boolean" },
} as const

function help(): string {
  const names = boards().map(({ name, chip, about }) => `  ${name.padEnd(16)} ${chip.padEnd(10)} ${about}`)
  return `npm run flash -- --port /dev/ttyUSB0 --board NAME [--wifi-ssid NAME --wifi-password-file FILE]
npm run monitor -- --port /dev/ttyUSB0 [--board NAME]

The first builds the firmware with ESP-IDF and writes it to a board; what the board keeps of settings stays. With a Wi-Fi network the board knows it from
the start; the password stands alone in a file. The second shows the console of a board, by default
of the one whose firmware was built last; Ctrl-] ends it. docs/flash.md has the wires and the next steps.

Boards:
${names.join("\n")}
`
}

async function main([command, ...words]: readonly string[]): Promise<void> {
  if (command === "prepare") return prepare(words[0] ?? "", words[1] ?? "")
  const { values } = readArguments(words)
  if (values.help) return void process.stdout.write(help())
  if (command === "monitor") return monitor({ port: values.port, board: values.board === undefined ? undefined : boardNamed(values.board) })
  const board = boardNamed(values.board)
  await flash({ port: values.port, board, wifi: values["wifi-ssid"], passwordFile: values["wifi-password-file"] })
}

function readArguments(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS })
  } catch (error) {
    throw new UserError("usage", `${(error as Error).message}\n\n${help()}`)
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`board: ${error.message}\n`)
  process.exitCode = EXITS[error.exit].code
}
