import { Span } from "../base/span"
import { Action } from "./panel"
export function run(line: Span, now: i64): Action { return Action.NONE }
