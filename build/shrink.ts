// The optimiser once more over the finished module, which puts functions that are called from one place only into that place.

/**
 * Size, in nodes of the expression tree, of the functions that are put in place. Without a limit the module would be 0.2 % smaller still, but long functions
 * need more stack under wasm3, where the compiler makes no tail calls (Xtensa).
 */
const NODES_MAX = 200

/** The same module, about 1 % smaller. Loads the optimiser, which takes half a second, only now. */
export async function shrink(wasm: Uint8Array): Promise<Uint8Array> {
  const { default: binaryen } = await import("binaryen")
  const module = binaryen.readBinary(wasm)
  try {
    module.setFeatures(binaryen.Features.BulkMemory | binaryen.Features.SignExt | binaryen.Features.MutableGlobals)
    binaryen.setOptimizeLevel(2)
    binaryen.setShrinkLevel(2)
    binaryen.setOneCallerInlineMaxSize(NODES_MAX)
    module.optimize()
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}
