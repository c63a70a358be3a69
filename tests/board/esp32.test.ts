import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { STRICT, inParallel, run } from "../../build/board/compile.ts"
import { xtensaBudget } from "../../build/board/size.ts"
import { GCC } from "../../build/board/tools.ts"
import { CLANG, XTENSA } from "../../build/board/xtensa.ts"
import { CHIPS, PROJECT, boards, partitionsOf, type Chip } from "../../build/esp32/boards.ts"
import { MODULE } from "../../build/esp32/prepare.ts"
import { OUT, ROOT, filesBelow } from "../../build/core.ts"
import { needsBoard, needsXtensa } from "./needs.ts"

const PORT = filesBelow(`${PROJECT}/main`).filter((file) => file.endsWith(".c"))
const STUBS = "tests/board/idf-stubs", CC = process.env["CC"] ?? "cc"
const chipFlag = (chip: Chip): string => `-DCONFIG_IDF_TARGET_${chip.toUpperCase()}=1`
const hasUsbConsole = (board: string): boolean => readFileSync(join(ROOT, PROJECT, "boards", board, "sdkconfig"), "utf8").includes("CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG=y")

/** How to compile for a chip without its own compiler: RISC-V by GCC, Xtensa by clang. */
function compiler(chip: Chip): { command: string; flags: string[] } {
  return chip === "esp32c3" ? { command: GCC, flags: ["-march=rv32imc_zicsr", "-mabi=ilp32", "-c"] } : { command: CLANG, flags: [...XTENSA, "-S"] }
}

describe("The ESP-IDF project", function () {

  for (const chip of CHIPS) {
    it(`Its port and its boards compile for ${chip} against the calls of ESP-IDF that they use, every warning an error (design 3)`, async function () {
      needsBoard(this)
      needsXtensa(this)
      const { command, flags } = compiler(chip)
      const includes = ["board", `${PROJECT}/main`, STUBS, `${STUBS}/libc`, "board/port/riscv/libc/include"].map((folder) => `-I${folder}`)
      const common = [...flags, "-std=c11", "-O2", "-ffreestanding", ...STRICT, ...includes, chipFlag(chip), "-o", "/dev/null"]
      const own = boards().filter((board) => board.chip === chip)
      const consoles = own.some(({ name }) => hasUsbConsole(name)) ? [[], ["-DCONFIG_ESP_CONSOLE_USB_SERIAL_JTAG=1"]] : [[]]
      await inParallel(consoles.flatMap((choice) => PORT.map((file) => [...choice, file])), (words) => run(command, [...common, ...words]))
      await inParallel(own, ({ name }) => run(command, [...common, `${PROJECT}/boards/${name}/board.c`]))
      assert.ok(own.length > 0)
    })
  }

  it("What lies in the flash is the module that Node runs, byte for byte (DC-02)", async function () {
    needsBoard(this)
    const folder = mkdtempSync(join(tmpdir(), "linehunt-module-")), object = join(folder, "module.o"), bytes = join(folder, "module.bin")
    try {
      await run(GCC, ["-march=rv32imc", "-mabi=ilp32", `-DMODULE="${MODULE}"`, "-c", `${PROJECT}/main/module.S`, "-o", object])
      await run(GCC.replace("gcc", "objcopy"), ["-O", "binary", "-j", ".rodata.module", object, bytes])
      const placed = readFileSync(bytes), module = readFileSync(join(OUT, "linehunt.wasm"))
      assert.equal(sha256(placed.subarray(0, module.length)), sha256(module))
      assert.deepEqual([placed.readUInt32LE(placed.length - 4), placed.length - 4 - module.length < 4], [module.length, true])
      const symbols = await run(GCC.replace("gcc", "nm"), [object])
      assert.match(symbols, /^0+ R portModule$/m)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("Its stack is the one that the depth probe measures against", () => {
    const port = readFileSync(join(ROOT, PROJECT, "main/port.c"), "utf8"), budget = xtensaBudget()
    const number = (pattern: RegExp): number => Number(pattern.exec(port)?.[1]) * 1024
    assert.equal(number(/STACK_BYTES = (\d+) \* 1024/), budget.task)
    assert.equal(number(/portStackBytes = (\d+) \* 1024/), budget.running)
  })

  for (const { file, megabytes } of [{ file: "partitions-4mb.csv", megabytes: 4 }, { file: "partitions-8mb.csv", megabytes: 8 }]) {
    it(`${file} fits, and holds two firmwares, two modules, compiled code and the settings where the port looks for them`, () => {
      const partitions = partitionsOf(file)
      const sorted = [...partitions].sort((one, other) => one.offset - other.offset)
      for (const [i, { name, type, offset, size }] of sorted.entries()) {
        assert.ok(offset >= (i === 0 ? 0x9000 : (sorted[i - 1]?.offset ?? 0) + (sorted[i - 1]?.size ?? 0)), `${name} lies over the one before`)
        assert.equal(offset % (type === "app" ? 0x10000 : 0x1000), 0, `${name} is aligned`)
        assert.ok(offset + size <= megabytes << 20, `${name} ends in the flash`)
      }
      const flash = readFileSync(join(ROOT, PROJECT, "main/flash.c"), "utf8")
      const named = (pattern: RegExp): number => Number(pattern.exec(flash)?.[1])
      const slotBytes = named(/portSlotBytes = (\d+) \* 1024/) * 1024
      for (const name of ["module_a", "module_b"]) {
        const slot = partitions.find((partition) => partition.name === name)
        assert.deepEqual([slot?.size, Number(slot?.subtype)], [slotBytes, named(/SUBTYPE_SLOT = (0x\w+)/)])
        assert.match(flash, new RegExp(`"${name}"`))
      }
      const code = partitions.find(({ name }) => name === "code")
      assert.deepEqual([code?.size, Number(code?.subtype)], [named(/portCodeAreaBytes = (\d+) \* 1024/) * 1024, named(/SUBTYPE_CODE = (0x\w+)/)])
      const settings = partitions.find(({ name }) => name === "settings")
      assert.deepEqual([settings?.size, Number(settings?.subtype)], [Number(/PORT_STORE_COPIES = (\d+)/.exec(readFileSync(join(ROOT, "board/port/port.h"), "utf8"))?.[1]) * 4096, named(/SUBTYPE_SETTINGS = (0x\w+)/)])
      // The Wi-Fi stack and ESP-IDF take 0.9 MB (measured for such an application), wasm3 and the port 0.1.
      assert.ok((partitions.find(({ name }) => name === "ota_0")?.size ?? 0) > readFileSync(join(OUT, "linehunt.wasm")).length + 1.1 * 1024 * 1024)
    })
  }
})

/** What scenarios print, in tests/board/esp32/<name>.txt; UPDATE=1 writes it. */
describe("The port for ESP32, on a chip that is none", function () {
  let folder = ""
  const programs = new Map<string, Promise<string>>()

  before(() => { folder = mkdtempSync(join(tmpdir(), "linehunt-esp32-")) })
  after(() => { rmSync(folder, { recursive: true }) })

  /** The port as a program of this machine, with sanitizers. */
  function program(board: string): Promise<string> {
    const made = programs.get(board) ?? build(board)
    programs.set(board, made)
    return made
  }

  const objects = new Map<string, Promise<string>>()

  async function build(name: string): Promise<string> {
    const files = [...PORT, `${PROJECT}/boards/${name}/board.c`, "board/calendar.c", "board/keypad.c", "board/store.c", "board/crc.c", "board/refusal.c", "board/sha256.c", "tests/board/esp32/fake.c", "tests/board/esp32/scenarios.c"]
    const consoleOf = (file: string): string[] => file.endsWith("serial.c") && hasUsbConsole(name) ? ["-DCONFIG_ESP_CONSOLE_USB_SERIAL_JTAG=1"] : []
    const made = await inParallel(files.filter((file) => existsSync(join(ROOT, file))), (file) => objectOf(file, consoleOf(file)))
    await run(CC, ["-fsanitize=address,undefined", ...made, "-o", join(folder, name)])
    return join(folder, name)
  }

  /** Boards share what is the same for them. Which chip it is matters to nothing that a scenario does. */
  function objectOf(file: string, choice: string[]): Promise<string> {
    const flags = ["-std=gnu11", "-g", "-O1", ...STRICT, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Iboard", `-I${PROJECT}/main`, `-I${STUBS}`, chipFlag("esp32s3"), ...choice]
    const key = `${file} ${choice.join(" ")}`, object = join(folder, `${objects.size}.o`)
    const known = objects.get(key) ?? run(CC, [...flags, "-c", file, "-o", object]).then(() => object)
    objects.set(key, known)
    return known
  }

  async function played(board: string, scenario: string, answering: string[] = [], input = ""): Promise<string> {
    const { status, stdout, stderr } = spawnSync(await program(board), [scenario, ...answering], { encoding: "utf8", input, maxBuffer: 1 << 26 })
    assert.equal(status, 0, stderr)
    return stdout
  }

  const scenarios = [
    { board: "devkit", scenario: "matrix", story: "A matrix on pins is scanned, what bounces is one key, and two keys at once are two" },
    { board: "devkit-c3", scenario: "matrix", answering: ["20"], story: "A matrix on an expander does the same" },
    { board: "t-deck", scenario: "letters", answering: ["55"], story: "A keyboard of letters and a ball play the keys of a phone, each pressed and let go once" },
    { board: "cardputer-adv", scenario: "scanner", answering: ["34"], story: "A scanner's contacts are the keys of a phone, held as long as they are held" },
    { board: "devkit", scenario: "small", answering: ["3c"], story: "An SSD1306 gets its set-up and the pages as they are" },
    { board: "devkit", scenario: "store", story: "Settings are whole after a cut of the power at each byte of a write" },
    { board: "devkit", scenario: "slots", story: "Both slots and the code area are erased and written, and their ends are their ends" },
    { board: "devkit", scenario: "wifi", story: "The station joins, loses its network, comes back, and pauses longer and longer; the console tells it" },
    { board: "devkit", scenario: "kept", story: "The network is known again after a restart" },
    { board: "devkit", scenario: "net", story: "Datagrams go and come, sockets take turns, and refusals reach the one that had sent (ICMP)" },
    { board: "devkit", scenario: "stream", story: "Streams open, give what comes in its order, and end; what is written is taken whole or not at all, and goes out behind them" },
    { board: "devkit", scenario: "times", story: "The time of day is told as soon as a time server has set it, and once an hour" },
    { board: "devkit", scenario: "firmware", story: "A firmware comes over the network, is compared with its SHA-256, and anything else is refused" },
    { board: "devkit", scenario: "start", story: "It starts, knows why, tells a good firmware, and sleeps shortly" },
    { board: "t-deck", scenario: "console", story: "A USB console that nobody reads does not hold the phone up" },
  ]
  for (const { board, scenario, answering, story } of scenarios) {
    it(`${story} (${board})`, async () => {
      const file = new URL(`esp32/${board}-${scenario}.txt`, import.meta.url), said = await played(board, scenario, answering)
      if (process.env["UPDATE"]) writeFileSync(file, said)
      assert.equal(said, readFileSync(file, "utf8"))
    })
  }

  // How many pixels each of the six columns of a cell is wide, and each row tall.
  const glasses = [{ board: "t-deck", widths: [2, 3, 2, 3, 2, 3], tall: 3 }, { board: "cardputer-adv", widths: [1, 2, 2, 2, 2, 2], tall: 2 }]
  for (const { board, widths, tall } of glasses) {
    it(`On the glass of the ${board} every pixel of the phone's picture is a rectangle, in its middle, and nothing else is lit`, async () => {
      const said = (await played(board, "screen")).split("\n"), rows = said.filter((line) => /^[.#]+$/.test(line))
      assert.ok(said.includes("on 1, inverted 1"))
      const isLit = (x: number, y: number): boolean => (((x * 37 + (y >> 3) * 101) ^ x >> 3) & 255) >> (y & 7) & 1 ? true : false
      const line = (y: number): string => Array.from({ length: 128 }, (_, x) => (isLit(x, y) ? "#" : ".").repeat(widths[x % 6] ?? 0)).join("")
      const width = rows[0]?.length ?? 0, dark = ".".repeat(width), picture = Array.from({ length: 64 }, (_, y) => line(y))
      const above = Math.floor((rows.length - 64 * tall) / 2), left = Math.floor((width - (picture[0]?.length ?? 0)) / 2)
      assert.ok(above >= 0 && left >= 0)
      const expected = rows.map((_, i) => {
        const y = Math.floor((i - above) / tall)
        return i < above || y >= 64 ? dark : `${".".repeat(left)}${picture[y]}`.padEnd(width, ".")
      })
      assert.deepEqual(rows, expected)
    })
  }

  it("A codec gets the registers of its maker's driver, after its clock runs, and is silenced at the end", async () => {
    for (const [board, address] of [["cardputer-adv", "18"], ["t-deck", "40"]] as const) {
      const file = new URL(`esp32/${board}-codec.txt`, import.meta.url), said = await played(board, "sound", [address], "0\n".repeat(400))
      const told = said.split("\n").filter((line) => !/^[ms] /.test(line)).join("\n")
      if (process.env["UPDATE"]) writeFileSync(file, told)
      assert.equal(told, readFileSync(file, "utf8"))
    }
  })

  it("Sound at 16,000 samples a second becomes 8,000 and back: what a telephone carries stays, and what would fold into it is gone", async () => {
    for (const { hertz, level } of [{ hertz: 300, level: 1 }, { hertz: 1000, level: 1 }, { hertz: 3400, level: 1 }, { hertz: 4600, level: 0 }, { hertz: 7000, level: 0 }]) {
      const { microphone, speaker } = await heard(hertz, 500)
      assert.equal(microphone.length * 2, speaker.length)
      // The microphone of a devkit without a codec is 16 times as loud as its samples.
      const heardAt = amplitude(microphone, hertz > 4000 ? 8000 - hertz : hertz, 8000) / 8000, spokenAt = amplitude(speaker, hertz, 16000) / 8000
      if (level === 1) for (const each of [heardAt, spokenAt]) assert.ok(Math.abs(20 * Math.log10(each)) < 0.2, `${hertz} Hz: ${each}`)
      else assert.ok(20 * Math.log10(Math.max(heardAt, 1e-9)) < -44, `${hertz} Hz: ${heardAt}`)
    }
    const loud = await heard(1000, 30000)
    assert.ok(Math.max(...loud.microphone) === 32767 && Math.min(...loud.microphone) === -32768, "what is too loud is clipped and does not wrap")
  })

  async function heard(hertz: number, size: number): Promise<{ microphone: number[]; speaker: number[] }> {
    const tone = Array.from({ length: 16000 }, (_, i) => Math.round(size * Math.sin(i / 16000 * 2 * Math.PI * hertz))).join("\n")
    const lines = (await played("devkit", "sound", [], tone)).split("\n")
    const numbers = (letter: string): number[] => lines.filter((line) => line.startsWith(letter)).map((line) => Number(line.slice(2)))
    assert.ok(lines.includes("sounds 0, 50 frames, then 0"), "a frame for each 20 ms, however the samples came")
    return { microphone: numbers("m "), speaker: numbers("s ") }
  }

  /** How strong one frequency is in the second half, where the filter has settled. */
  function amplitude(samples: readonly number[], hertz: number, rate: number): number {
    const half = samples.slice(samples.length / 2)
    const part = (wave: (angle: number) => number): number => half.reduce((sum, sample, i) => sum + sample * wave(i / rate * 2 * Math.PI * hertz), 0)
    return 2 * Math.hypot(part(Math.cos), part(Math.sin)) / half.length
  }
})

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
