#!/usr/bin/env node
// Starts the program: TypeScript by tsx, without a compile step. `npm start` does the same after it has set everything up.
import { register } from "tsx/esm/api"

register()
await import("../host/main.ts")
