// Reads the tables of the state machines: a row is some bytes that begin with (state, input); END stands behind the last row.

/** No state has this number. */
export const END: u8 = 0xff

const STEP: usize = 4   // bytes of a row (state, input, next state, action)

/** The row for this input in this state, of a table whose rows are `size` bytes long; 0 when the machine ignores it there. */
export function rowOf(table: usize, size: usize, state: u8, input: u8): usize {
  for (let row = table; load<u8>(row) != END; row += size) {
    if (load<u8>(row) == state && load<u8>(row, 1) == input) return row
  }
  return 0
}

/** The next state by a table of (state, input, next state, action); an input without a row leaves the state. */
export function nextIn(table: usize, state: u8, input: u8): u8 {
  const row = rowOf(table, STEP, state, input)
  return row == 0 ? state : load<u8>(row, 2)
}

/** The action by such a table; 0, which is nothing, without a row. */
export function actionIn(table: usize, state: u8, input: u8): u8 {
  const row = rowOf(table, STEP, state, input)
  return row == 0 ? 0 : load<u8>(row, 3)
}
