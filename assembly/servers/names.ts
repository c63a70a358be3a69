// The names of the servers, each kept once however many servers have it, one right behind the other. They are there to be shown.
import { CANDIDATES } from "../config"
import { NONE, Span, endOf, lengthOf, same, span, startOf } from "../base/span"
import { Candidate, NAMES, NAMES_SIZE, pooled } from "./candidates"

/** The server has this name, or none when there is no room for it. `name` lies elsewhere. */
export function giveName(c: Candidate, name: Span): void {
  if (c.host != NONE && same(c.host, name)) return
  c.host = NONE
  const length = lengthOf(name)
  for (let i = 0; i < CANDIDATES; i++) {
    const other = pooled(i)
    if (changetype<usize>(other) != 0 && other.host != NONE && same(other.host, name)) c.host = other.host
  }
  if (length == 0 || c.host != NONE) return
  if (top() + length > NAMES + NAMES_SIZE) moveTogether()
  const at = top()
  if (at + length > NAMES + NAMES_SIZE) return
  memory.copy(at, startOf(name), length)
  c.host = span(at, length)
}

/** Behind the last name. */
function top(): usize {
  let top = NAMES
  for (let i = 0; i < CANDIDATES; i++) {
    const c = pooled(i)
    if (changetype<usize>(c) != 0 && c.host != NONE) top = max(top, endOf(c.host))
  }
  return top
}

/** Moves the names down, the lowest first, until no gap is between them. */
function moveTogether(): void {
  let to = NAMES
  for (let name = lowest(to); name != NONE; name = lowest(to)) {
    const moved = span(to, lengthOf(name))
    memory.copy(to, startOf(name), lengthOf(name))
    for (let i = 0; i < CANDIDATES; i++) {
      const c = pooled(i)
      if (changetype<usize>(c) != 0 && c.host == name) c.host = moved
    }
    to = endOf(moved)
  }
}

/** The name that begins first at or behind an address; NONE when there is none. */
function lowest(from: usize): Span {
  let found = NONE
  for (let i = 0; i < CANDIDATES; i++) {
    const c = pooled(i)
    if (changetype<usize>(c) == 0 || c.host == NONE || startOf(c.host) < from) continue
    if (found == NONE || startOf(c.host) < startOf(found)) found = c.host
  }
  return found
}
