// The real boards from the command line.
import { runProgram } from "../host/program.ts"
import { command } from "./esp32/command.ts"

await runProgram("board", command)
