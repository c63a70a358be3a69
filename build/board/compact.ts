// wasm3 as the boards use it: the sources from npm with compiled code in units of 16 bits (board/compact.h). Each rule must find what it looks for, so that
// another version of wasm3 is not changed by half.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { OUT, ROOT } from "../core.ts"

type Rule = { file: string; find: string | RegExp; put: string; times?: number }

const DEFINITIONS = /typedef m3ret_t \(vectorcall \* IM3Operation\)[^]*?nextOpDirect\(\);\n\}\n/g
// How operations lead to each other: board/steps.h, which knows a way without tail calls.
const STEPS: readonly Rule[] = [
  { file: "m3_exec_defs.h", find: DEFINITIONS, put: "#include \"steps.h\"\n" },
  { file: "m3_exec.h", find: "return possible_trap;\n\n    nextOpDirect();", put: "return possible_trap;\n\n    M3_MUSTTAIL return nextOpImpl ();" },
  {
    file: "m3_exec.h", find: "    #define newTrap(err)                    return err\n    #define forwardTrap(err)                return err",
    put: "    #define newTrap(err) codeEnd (err)\n    #define forwardTrap(err) codeEnd (err)",
  },
  { file: "m3_exec.h", find: "return m3Err_none;", put: "codeEnd (m3Err_none);", times: 2 },
  { file: "m3_exec.h", find: "return loopId;", put: "codeContinue (loopId);", times: 2 },
]

const UNITS: readonly Rule[] = [
  { file: "m3_core.h", find: "typedef void /*const*/ *                    code_t;", put: "typedef u16 code_t;" },
  // The head of a page: half as large. `sequence` and `usageCount` are ours (board/code.c).
  {
    file: "m3_core.h",
    find: "    u32                           lineIndex;\n    u32                           numLines;\n    u32                           sequence;       " +
      "// this is just used for debugging; could be removed\n    u32                           usageCount;",
    put: "    u16 lineIndex, numLines, sequence, usageCount;",
  },
  { file: "m3_core.h", find: "#define d_m3CodePageFreeLinesThreshold      4+2", put: "#define d_m3CodePageFreeLinesThreshold (8 + 2)" },
  { file: "m3_code.h", find: "#define EmitWord(page, val)", put: "void EmitUnit (IM3CodePage page, u32 unit);\n#define EmitWord(page, val)" },
  // Running code
  { file: "m3_exec_defs.h", find: "#include \"steps.h\"", put: "#include \"compact.h\"\n#include \"steps.h\"" },
  { file: "m3_exec.h", find: "* ((void **) (_pc-1)) = (void*)(OP)", put: "* ((code_t *) (_pc-1)) = codeOf (OP)" },
  { file: "m3_exec.h", find: "# define immediate(TYPE)            * ((TYPE *) _pc++)", put: "# define immediate(TYPE) codeTake (TYPE)" },
  { file: "m3_exec.h", find: "(M3RawCall) (* _pc++)", put: "immediate (M3RawCall)" },
  { file: "m3_exec.h", find: "jumpOp (* _pc);", put: "jumpOp (codePlace (_pc));" },
  { file: "m3_exec.h", find: "pc_t * branches = (pc_t *) _pc;", put: "const code_t * branches = _pc;" },
  { file: "m3_exec.h", find: "jumpOp (branches [branchIndex]);", put: "jumpOp (codePlace (branches + branchIndex));" },
  { file: "m3_exec.h", find: "* (u32 *)_pc++;", put: "codeTake32 ();" },
  { file: "m3_exec.h", find: "u64 value = * (u64 *)_pc;\n    _pc += (M3_SIZEOF_PTR == 4) ? 2 : 1;", put: "u64 value = codeTake64 ();" },
  // Writing it
  { file: "m3_compile.c", find: "EmitWord32 (o->page, i_immediate);", put: "EmitUnit (o->page, i_immediate);" },
  { file: "m3_compile.c", find: "EmitWord32 (o->page, i_offset);", put: "EmitUnit (o->page, (u32) i_offset);" },
  { file: "m3_compile.c", find: "pc_t next = * (pc_t *) patches;", put: "pc_t next = codePlaceOrNone (patches);" },
  { file: "m3_compile.c", find: "* (pc_t *) patches = pc;", put: "codePatch (patches, pc);" },
  { file: "m3_compile.c", find: "* jumpTo = GetPC (o);", put: "codePatch (jumpTo, GetPC (o));", times: 2 },
  { file: "m3_compile.c", find: "* o_startPC = GetPagePC (elsePage);", put: "codePatch (o_startPC, GetPagePC (elsePage));" },
  { file: "m3_compile.c", find: "else * pc = GetPC (o);", put: "else codePatch (pc, GetPC (o));" },
  { file: "m3_compile.c", find: "u32 numCodeLines = targetCount + 4;", put: "u32 numCodeLines = targetCount + 6;" },
  // An offset beyond the page of memory would not fit a unit; no access there can succeed.
  {
    file: "m3_compile.c", find: "    EmitConstant32 (o, memoryOffset);",
    put: "    _throwif (\"an offset is beyond the memory\", memoryOffset > 0xffff);\n    EmitConstant32 (o, memoryOffset);",
  },
]

// A function's record without the names that it was imported and exported by: 36 bytes and not 60. All share one that is taken (board/code.c);
// board/core.c reads the exports itself, and refuses imports.
const NAME = /\b(?:func|f|i_function)->(import|names|export_name|numNames)\b/g
const NAMELESS: readonly Rule[] = [
  {
    file: "m3_function.h",
    find: /typedef struct M3Function\n\{\n(\s*struct M3Module \*\s+module;\n)\s*M3ImportInfo\s+import;\n([^]*?)\s*cstr_t\s+names\[[^]*?u16\s+numNames;[^\n]*\n/g,
    put: "typedef struct M3FunctionNames { M3ImportInfo import; cstr_t names [1], export_name; u16 numNames; } M3FunctionNames;\n" +
      "extern M3FunctionNames m3Nameless;\n\ntypedef struct M3Function\n{\n$1$2",
  },
  { file: "m3_function.h", find: /\n\s*bool\s+ownsWasmCode;/g, put: "" },
  { file: "m3_function.c", find: "if (i_function->ownsWasmCode)", put: "if (0)" },
  { file: "m3_bind.c", find: NAME, put: "m3Nameless.$1", times: 4 },
  { file: "m3_env.c", find: NAME, put: "m3Nameless.$1", times: 7 },
  { file: "m3_function.c", find: NAME, put: "m3Nameless.$1", times: 11 },
  { file: "m3_module.c", find: NAME, put: "m3Nameless.$1", times: 7 },
  { file: "m3_parse.c", find: NAME, put: "m3Nameless.$1", times: 7 },
]

/** The folder of the sources as boards use them; made when it is not there. */
export function compactWasm3(folder: string): string { return changedWasm3(folder, [...STEPS, ...UNITS, ...NAMELESS]) }

/** The same with operations that can do without tail calls, and nothing else: for 64 bits too. */
export function steppingWasm3(folder: string): string { return changedWasm3(folder, STEPS) }

function changedWasm3(folder: string, rules: readonly Rule[]): string {
  const sources = readdirSync(join(ROOT, folder)).filter((name) => /^(m3_|wasm3).*\.[ch]$/.test(name) && !name.startsWith("m3_api_")).sort()
  const texts = new Map(sources.map((name) => [name, readFileSync(join(ROOT, folder, name), "utf8")]))
  checkSources(folder, texts)
  const print = createHash("sha256").update(JSON.stringify([rules.map((rule) => ({ ...rule, find: String(rule.find) })), [...texts]])).digest("hex").slice(0, 12)
  const made = join(OUT, `board/wasm3-${print}`)
  if (existsSync(made)) return made
  for (const rule of rules) texts.set(rule.file, changed(texts.get(rule.file) ?? "", rule))
  const part = `${made}.${process.pid}`
  mkdirSync(part, { recursive: true })
  for (const [name, text] of texts) writeFileSync(join(part, name), text)
  rmSync(made, { recursive: true, force: true })
  renameSync(part, made)
  return made
}

/** The firmware of a board has only the wasm3 that its rules and its budgets were made for. */
function checkSources(folder: string, texts: Map<string, string>): void {
  const { sha256 } = JSON.parse(readFileSync(join(ROOT, "host/engine/node-wasm3/wasm3.json"), "utf8")) as { sha256: string }
  const hash = createHash("sha256")
  for (const [name, text] of texts) hash.update(`${name}\0${text}\0`)
  const found = hash.digest("hex")
  if (found !== sha256) throw new Error(`${folder} holds another wasm3 than boards are made with (SHA-256 ${found}, not ${sha256}): npm ci`)
}

function changed(text: string, { file, find, put, times = 1 }: Rule): string {
  const found = typeof find === "string" ? text.split(find).length - 1 : text.match(find)?.length ?? 0
  if (found !== times) throw new Error(`wasm3's ${file} has ${found} times, not ${times}: ${String(find)}`)
  return typeof find === "string" ? text.replaceAll(find, () => put) : text.replace(find, put)
}
