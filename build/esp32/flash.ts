// Wraps the tools that everybody uses for these boards, idf.py and esptool, and says what to do where something is missing.
import { spawn } from "node:child_process"
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { UserError, because } from "../../host/errors.ts"
import { isInstalled } from "../board/tools.ts"
import { OUT, ROOT } from "../core.ts"
import { PROJECT, boards, partitionsOf, type RealBoard } from "./boards.ts"
import { MODULE } from "./prepare.ts"
import { ownAddress, serve } from "./serve.ts"

// Tests have their own.
const buildsFolder = (): string => process.env["LINEHUNT_BUILDS"] ?? join(OUT, "esp32"), devicesFolder = (): string => process.env["LINEHUNT_DEVICES"] ?? "/dev"

const OLDEST = [5, 2], NEWEST_MAJOR = 5
const GET = "https://docs.espressif.com/projects/esp-idf/en/stable/esp32/get-started/"
const NAME_BYTES_MAX = 32, PASSWORD_BYTES_MIN = 8, PASSWORD_BYTES_MAX = 63

const note = (line: string): void => { process.stderr.write(`board: ${line}\n`) }

export type FlashOptions = { port: string | undefined; board: RealBoard; wifi: string | undefined; passwordFile: string | undefined }

/** Builds the firmware and writes it, with the name and password of a network where they are given. */
export async function flash({ port, board, wifi, passwordFile }: FlashOptions): Promise<void> {
  const credentials = credentialsOf(wifi, passwordFile), at = serialPort(port)
  await needsIdf()
  note(`building for ${board.name} (${board.chip}) ...`)
  await run("idf.py", [...project(board), "build"])
  checkImage(join(folderOf(board), "linehunt.bin"), board)
  note(`writing to ${at} ...`)
  await run("idf.py", [...project(board), "-p", at, "flash"])
  if (credentials !== undefined) await writeCredentials(board, at, credentials)
  note(`done. Next: npm run monitor -- --port ${at} --board ${board.name}`)
  if (credentials === undefined) note("in there, once: wifi NAME PASSWORD, then the account: cfg set domain example.com, and so on (docs/flash.md)")
}

/** Builds the firmware and gives it out once over the network, for a board that has one already. */
export async function firmware(board: RealBoard, address = ownAddress()): Promise<void> {
  await needsIdf()
  note(`building for ${board.name} (${board.chip}) ...`)
  await run("idf.py", [...project(board), "build"])
  const serving = await serve(checkImage(join(folderOf(board), "linehunt.bin"), board), address, note)
  process.stdout.write(`${serving.line}\n`)
  note("enter this line in the board's console, by npm run monitor; Ctrl-C ends it here")
  await serving.done
  serving.close()
}

/** Shows the console of a board; of the one whose firmware was built last, when none is named. */
export async function monitor({ port, board = newest() }: { port: string | undefined; board?: RealBoard | undefined }): Promise<void> {
  const at = serialPort(port)
  await needsIdf()
  if (board === undefined || !existsSync(folderOf(board))) {
    throw new UserError("build", `There is no firmware ${board === undefined ? "" : `for ${board.name} `}yet: npm run flash -- --port ${at} --board ${board?.name ?? "NAME"}`)
  }
  await run("idf.py", [...project(board), "-p", at, "monitor"])
}

function newest(): RealBoard | undefined {
  const built = boards().filter((board) => existsSync(folderOf(board)))
  return built.sort((one, other) => statSync(folderOf(other)).mtimeMs - statSync(folderOf(one)).mtimeMs)[0]
}

function folderOf(board: RealBoard): string { return join(buildsFolder(), board.name) }

/** What idf.py is told each time: everything that it makes lies in build/out. */
function project(board: RealBoard): string[] {
  const folder = folderOf(board)
  mkdirSync(folder, { recursive: true })
  return ["-C", PROJECT, "-B", folder, `-DBOARD=${board.name}`, `-DIDF_TARGET=${board.chip}`, `-DSDKCONFIG=${join(folder, "sdkconfig")}`]
}

// -- what must be there

/** Throws UserError where ESP-IDF is missing or another one than the project is made for. */
async function needsIdf(): Promise<void> {
  if (!isInstalled("idf.py")) {
    throw new UserError("build", `ESP-IDF is not there: idf.py is not in PATH. Install ESP-IDF ${OLDEST.join(".")} or a later ${NEWEST_MAJOR}.x (${GET}), ` +
      "then run its export script in this terminal: . ~/esp/esp-idf/export.sh")
  }
  const said = await run("idf.py", ["--version"], "read"), [, major = "", minor = ""] = /v?(\d+)\.(\d+)/.exec(said) ?? []
  const isOld = Number(major) < (OLDEST[0] ?? 0) || Number(major) === OLDEST[0] && Number(minor) < (OLDEST[1] ?? 0)
  if (major !== "" && !isOld && Number(major) <= NEWEST_MAJOR) return
  throw new UserError("build", `This is ${said.trim() || "an ESP-IDF without a version"}; the project needs ESP-IDF ${OLDEST.join(".")} or a later ${NEWEST_MAJOR}.x (${GET}).`)
}

/** The serial port. Throws UserError with those that there are. */
function serialPort(port: string | undefined): string {
  if (port === undefined) throw new UserError("usage", `Say where the board is connected: --port with ${portList()}.`)
  if (!existsSync(port)) throw new UserError("usage", `There is no ${port}; is the cable one for data, and plugged in? Use ${portList()}.`)
  try {
    accessSync(port, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw new UserError("file", `${port} cannot be used: ${because(error)}. On Linux: sudo usermod -a -G dialout $USER, then log in again.`)
  }
  return port
}

function portList(): string {
  const found = readdirSync(devicesFolder()).filter((name) => /^(ttyUSB|ttyACM|cu\.usb|cu\.SLAB|cu\.wchusb)/.test(name)).sort().map((name) => join(devicesFolder(), name))
  return found.length === 0 ? "the name of a serial port; none of a board is there now" : found.join(" or ")
}

/** The firmware must hold the module that Node runs, byte for byte. */
function checkImage(file: string, board: RealBoard): Uint8Array {
  let image: Buffer
  try {
    image = readFileSync(file)
  } catch (error) {
    throw new UserError("build", `idf.py has built no firmware: ${file}: ${because(error)}.`)
  }
  if (!image.includes(readFileSync(join(ROOT, MODULE)))) throw new UserError("build", `${file} does not hold ${MODULE}: remove ${folderOf(board)} and try again.`)
  return image
}

// -- Wi-Fi

type Credentials = { name: string; password: string }

function credentialsOf(name: string | undefined, file: string | undefined): Credentials | undefined {
  if (name === undefined && file === undefined) return undefined
  if (name === undefined) throw new UserError("usage", "--wifi-password-file needs --wifi-ssid, the name of the network.")
  const password = file === undefined ? "" : readPassword(file)
  if (name === "" || Buffer.byteLength(name) > NAME_BYTES_MAX) throw new UserError("usage", `--wifi-ssid is a name of 1 to ${NAME_BYTES_MAX} bytes.`)
  const length = Buffer.byteLength(password)
  if (file !== undefined && (length < PASSWORD_BYTES_MIN || length > PASSWORD_BYTES_MAX)) {
    throw new UserError("usage", `A password of Wi-Fi has ${PASSWORD_BYTES_MIN} to ${PASSWORD_BYTES_MAX} bytes; that in ${file} has ${length}.`)
  }
  return { name, password }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "")
  } catch (error) {
    throw new UserError("file", `${file} cannot be read: ${because(error)}.`)
  }
}

/** Makes an image of NVS with the network in it, as ESP-IDF's own tool does, and writes it. Nothing else of ours is in NVS. */
async function writeCredentials(board: RealBoard, port: string, { name, password }: Credentials): Promise<void> {
  const nvs = partitionsOf(board.partitions).find((partition) => partition.name === "nvs")
  if (nvs === undefined) throw new Error(`${board.partitions} has no nvs`)
  const folder = mkdtempSync(join(tmpdir(), "linehunt-nvs-")), table = join(folder, "nvs.csv"), image = join(folder, "nvs.bin")
  const generator = join(process.env["IDF_PATH"] ?? "", "components/nvs_flash/nvs_partition_generator/nvs_partition_gen.py")
  try {
    const quoted = (text: string): string => `"${text.replaceAll("\"", "\"\"")}"`
    writeFileSync(table, `key,type,encoding,value\nwifi,namespace,,\nname,data,string,${quoted(name)}\npassword,data,string,${quoted(password)}\n`, { mode: 0o600 })
    await run(python(), [generator, "generate", table, image, `0x${nvs.size.toString(16)}`], "quiet")
    note("writing the Wi-Fi network ...")
    await run(...esptool(["--chip", board.chip, "--port", port, "write_flash", `0x${nvs.offset.toString(16)}`, image]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** ESP-IDF's own Python, which has what its tools need. */
function python(): string {
  const own = join(process.env["IDF_PYTHON_ENV_PATH"] ?? "", "bin/python")
  return existsSync(own) ? own : "python3"
}

function esptool(words: string[]): [string, string[]] {
  return isInstalled("esptool.py") ? ["esptool.py", words] : isInstalled("esptool") ? ["esptool", words] : [python(), ["-m", "esptool", ...words]]
}

/** Runs a tool in the project's root, with the terminal or, to read what it prints, without. Throws UserError when it fails. */
function run(command: string, args: readonly string[], how: "show" | "quiet"): Promise<void>
function run(command: string, args: readonly string[]): Promise<void>
function run(command: string, args: readonly string[], how: "read"): Promise<string>
function run(command: string, args: readonly string[], how: "show" | "quiet" | "read" = "show"): Promise<string | void> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: how === "show" ? "inherit" : ["ignore", "pipe", "pipe"] })
    let printed = ""
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => { printed += chunk })
    child.on("error", (error) => failed(new UserError("build", `${command} cannot be run: ${because(error)}.`)))
    child.on("close", (code) => {
      if (code === 0) return done(how === "read" ? printed : undefined)
      failed(new UserError("build", `${command} ${args.at(-1) ?? ""} has failed; what it said is above.${how === "show" ? "" : `\n${printed}`}`))
    })
  })
}
