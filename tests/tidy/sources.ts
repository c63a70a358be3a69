// Source files as syntax trees, for the tidy tests. The core is AssemblyScript, but reads as TypeScript.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { ROOT, filesBelow } from "../../build/core.ts"

export type Source = { path: string; text: string; tree: ts.SourceFile }

/** Every .ts file below these folders, sorted by path. */
export function sourcesBelow(...folders: string[]): Source[] {
  return folders.flatMap((folder) => filesBelow(folder)).filter((path) => path.endsWith(".ts")).map(sourceOf)
}

function sourceOf(path: string): Source {
  const text = readFileSync(join(ROOT, path), "utf8")
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) }
}

/** Every node of a tree, parents before children. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield* nodesOf(child)
}

/** file:line of a node. */
export function placeOf({ path, tree }: Source, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

/** How many lines a node has. */
export function linesOf({ tree }: Source, node: ts.Node): number {
  const line = (position: number) => tree.getLineAndCharacterOfPosition(position).line
  return line(node.getEnd()) - line(node.getStart()) + 1
}

/** The places of all nodes for which `isBad` holds. */
export function places(sources: Source[], isBad: (node: ts.Node, source: Source) => boolean): string[] {
  return sources.flatMap((source) => [...nodesOf(source.tree)].filter((node) => isBad(node, source)).map((node) => placeOf(source, node)))
}
