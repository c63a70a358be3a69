// Two sets of settings: those in force and those set aside. A line that changes its account unregisters with the old set and goes on with the new one.
import { ASIDE, ASIDE_SIZE, CONFIG, CONFIG_SIZE } from "../memory"
import { TEXTS, TEXTS_SIZE, VALUES, VALUES_SIZE } from "./values"

if (VALUES_SIZE + <usize>TEXTS_SIZE > ASIDE_SIZE) ERROR("the settings that are put aside do not fit")

// The text that the host is given to keep is as long as one that can be read again. It takes the place of the input that asked for it,
// so no reply to that one may refer to what it said.
export const STORE_TEXT: usize = CONFIG
export const STORE_TEXT_SIZE: usize = CONFIG_SIZE

/** Puts a copy of the settings in force aside. */
export function setAside(): void {
  memory.copy(ASIDE, VALUES, VALUES_SIZE)
  memory.copy(ASIDE + VALUES_SIZE, TEXTS, TEXTS_SIZE)
}

/** The set that was put aside comes into force, and the other one is put aside. */
export function exchange(): void {
  swap(ASIDE, VALUES, VALUES_SIZE)
  swap(ASIDE + VALUES_SIZE, TEXTS, TEXTS_SIZE)
}

function swap(a: usize, b: usize, size: usize): void {
  for (let i: usize = 0; i < size; i++) {
    const one = load<u8>(a + i)
    store<u8>(a + i, load<u8>(b + i))
    store<u8>(b + i, one)
  }
}
