// as-pect: the same specs under wasm3. as-pect wants what the V8 loader adds to a module: live memory, a table and a reader of strings.
import { createRequire } from "node:module"
import v8 from "./v8.config.js"

const { instantiate: load } = createRequire(import.meta.url)("../../build/out/node-wasm3.node")

// as-pect's own runtime lives in the module, so it is larger and slower than the core.
const OPTIONS = { stackBytes: 256 * 1024, maxPages: 64, fuel: 2_000_000_000 }
// An AssemblyScript object has its length in bytes just before it.
const LENGTH_BEFORE = 4

export default {
  ...v8,
  async instantiate(memory, createImports, instantiate, binary) {
    const instance = load(binary, createImports({ env: {} }), OPTIONS)
    return {
      instance,
      exports: {
        ...instance.exports,
        memory: { get buffer() { return instance.memory() } },
        table: { get: (index) => ({ name: String(index) }) },
        __getString(at) {
          if (at === 0) return null
          const length = new DataView(instance.memory()).getUint32(at - LENGTH_BEFORE, true)
          return Buffer.from(instance.memory(), at, length).toString("utf16le")
        },
      },
    }
  },
}
