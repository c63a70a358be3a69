// `linehunt update`: sends a module to a board and shows what the board says meanwhile; lines from stdin go to the board.
import { createInterface } from "node:readline"
import { ConsoleLines } from "./board/run.ts"
import { realClock } from "./clock.ts"
import { UserError, type Exit } from "./errors.ts"
import { openLine } from "./line.ts"
import { otherModule } from "./loader.ts"
import { Upload, UploadError } from "./upload.ts"

export type UpdateParts = {
  /** Where the board is, and the file of the module. */
  line: string
  file: string
  input: NodeJS.ReadableStream
  say(line: string): void
  note(line: string): void
}

/** What the board says when the module has taken over, or will. */
const TAKEN_OVER = /^The (phone (goes on|starts) with|new module (lays|cannot))/
const TAKEN_OVER_MS = 5000
const STEPS = 10

/** Resolves when the module is on the board. Throws UserError. */
export async function updateBoard({ line: where, file, input, say, note }: UpdateParts): Promise<Exit> {
  const module = otherModule(file)
  let takenOver = (): void => {}
  const over = new Promise<void>((resolve) => { takenOver = resolve })
  const lines = new ConsoleLines((text) => {
    say(text)
    if (TAKEN_OVER.test(text)) takenOver()
  })
  let step = 0
  const line = await openLine(where, {
    bytes(bytes) {
      lines.take(Buffer.from(bytes))
      upload.take(bytes)
    },
    ended: (why) => upload.fail(`the line to it ended: ${why}`),
  })
  const upload = new Upload({
    module, clock: realClock, write: line.write,
    progress(done, total) {
      for (; step < Math.floor(done / total * STEPS); step++) note(`${(step + 1) * 100 / STEPS} % of ${total} bytes`)
    },
  })
  createInterface({ input, crlfDelay: Infinity }).on("line", (text) => upload.type(text))
  upload.start()
  try {
    await upload.finished
  } catch (error) {
    if (!(error instanceof UploadError)) throw error
    throw new UserError("update", `The module is not on the board at ${where}: ${error.message}; the phone there goes on as it was.`)
  }
  await Promise.race([over, new Promise<void>((resolve) => realClock.after(TAKEN_OVER_MS, resolve))])
  line.close()
  return "ok"
}
