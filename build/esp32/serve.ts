// Gives a firmware out once over HTTP, to a board that asks for it from its console.
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import { networkInterfaces } from "node:os"
import { UserError, because } from "../../host/errors.ts"

export type Serving = {
  /** The line for the board's console. */
  line: string
  /** Resolves when a board has taken all of it. */
  done: Promise<void>
  close(): void
}

/** Serves `image` at an address of this machine until it has been fetched once. */
export async function serve(image: Uint8Array, address: string, note: (line: string) => void): Promise<Serving> {
  let finish = (): void => {}
  const done = new Promise<void>((resolve) => { finish = resolve })
  const server = createServer((request, response) => {
    note(`${request.socket.remoteAddress ?? "somebody"} asks for it`)
    response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": image.length })
    response.end(image, () => note("all of it is sent; the board's console says what became of it"))
    response.on("close", () => { if (response.writableFinished) finish() })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new UserError("usage", `${address} cannot be listened on: ${because(error)}.`)))
    server.listen(0, address, resolve)
  })
  const at = server.address(), port = typeof at === "object" && at !== null ? at.port : 0
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { line: `firmware ${address}:${port}/linehunt.bin ${createHash("sha256").update(image).digest("hex")}`, done, close }
}

/** The address of this machine that a board is likely to reach. Throws UserError where there is none. */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter(({ family, internal }) => family === "IPv4" && !internal)
  const [first] = all
  if (first === undefined) throw new UserError("usage", "This machine has no address in a network; say one with --address.")
  return first.address
}
