// What a module can do wrong, for the tests of the engines.

/** Never ends. */
export function spin(): void { for (;;) {} }
export function add(a: i32, b: i32): i32 { return a + b }
