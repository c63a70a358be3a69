// Two sets of settings: those in force and those set aside. A line that changes its account unregisters with the old set and goes on with the new one.
import { CONFIG, CONFIG_SIZE, SETTINGS_STATE, SETTINGS_STATE_SIZE } from "../memory"

// CONFIG is free once core_open has read it: first the set that is put aside, then the text that the host is given to keep.
const ASIDE: usize = CONFIG
export const STORE_TEXT: usize = CONFIG + SETTINGS_STATE_SIZE
export const STORE_TEXT_SIZE: usize = CONFIG_SIZE - SETTINGS_STATE_SIZE

const WORD: usize = 8

/** Puts a copy of the settings in force aside. */
export function setAside(): void { memory.copy(ASIDE, SETTINGS_STATE, SETTINGS_STATE_SIZE) }

/** The set that was put aside comes into force, and the other one is put aside. */
export function exchange(): void {
  for (let i: usize = 0; i < SETTINGS_STATE_SIZE; i += WORD) {
    const inForce = load<u64>(SETTINGS_STATE + i)
    store<u64>(SETTINGS_STATE + i, load<u64>(ASIDE + i))
    store<u64>(ASIDE + i, inForce)
  }
}
