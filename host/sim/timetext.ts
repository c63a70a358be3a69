// An instant of a world as text.

/** Milliseconds as days, hours, minutes and seconds: 0d 00:00:32.500. */
export function timeText(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0")
  const day = 86_400_000
  const clock = `${two(ms % day / 3_600_000)}:${two(ms % 3_600_000 / 60_000)}:${two(ms % 60_000 / 1000)}.${String(ms % 1000).padStart(3, "0")}`
  return `${Math.floor(ms / day)}d ${clock}`
}
