// The tools of the emulated board.
import { missingTools } from "../../build/board/tools.ts"
import { missingClang } from "../../build/board/xtensa.ts"
import { skipWithout } from "../needs.ts"

export function needsBoard(context: Mocha.Context): void { skipWithout(context, missingTools()) }

/** Code for Xtensa can be compiled. */
export function needsXtensa(context: Mocha.Context): void { skipWithout(context, missingClang()) }
