// What the phone says of itself: in User-Agent and Server headers, and on the console.
import { Span, text } from "./base/span"

export const PRODUCT: Span = text("Linehunt/0.1.0")
