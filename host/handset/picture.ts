// The phone's screen as a drawing: frames in a row of panels, each with a caption below it, as one SVG text.
import { FRAME_HEIGHT, FRAME_WIDTH } from "../abi.ts"
import { pixel } from "./frame.ts"

export type Panel = { frame: Uint8Array; caption: readonly string[] }

/** Sizes in units of the drawing; a pixel of the phone is PIXEL of them. */
const PIXEL = 3, BEZEL = 14, GAP = 28, LINE = 18, MARGIN = 20, COLUMNS = 2

/** Draws panels in two columns. */
export function drawPanels(panels: readonly Panel[], title: string): string {
  const width = FRAME_WIDTH * PIXEL + 2 * BEZEL, height = FRAME_HEIGHT * PIXEL + 2 * BEZEL
  const captionLines = Math.max(1, ...panels.map(({ caption }) => caption.length))
  const stepX = width + GAP, stepY = height + captionLines * LINE + GAP
  const rows = Math.ceil(panels.length / COLUMNS), columns = Math.min(COLUMNS, panels.length)
  const parts = panels.map(({ frame, caption }, i) => {
    const x = MARGIN + (i % COLUMNS) * stepX, y = MARGIN + Math.floor(i / COLUMNS) * stepY
    return [
      `<g transform="translate(${x} ${y})">`,
      `<rect width="${width}" height="${height}" rx="10" fill="#20242b"/>`,
      `<path transform="translate(${BEZEL} ${BEZEL}) scale(${PIXEL})" fill="#9fe8ff" d="${path(frame)}"/>`,
      ...caption.map((line, n) => `<text x="4" y="${height + LINE * (n + 1)}">${escaped(line)}</text>`),
      `</g>`,
    ].join("\n")
  })
  const w = 2 * MARGIN + columns * stepX - GAP, h = 2 * MARGIN + rows * stepY - GAP
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}"`,
    `  font-family="sans-serif" font-size="14" fill="#57606a">`,
    `<title>${escaped(title)}</title>`, ...parts, `</svg>`, ``,
  ].join("\n")
}

/** One path with a box for each run of lit pixels in a row. */
function path(frame: Uint8Array): string {
  const boxes: string[] = []
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    for (let x = 0; x < FRAME_WIDTH; x++) {
      const from = x
      while (x < FRAME_WIDTH && pixel(frame, x, y)) x++
      if (x > from) boxes.push(`M${from} ${y}h${x - from}v1h-${x - from}z`)
    }
  }
  return boxes.join("")
}

function escaped(text: string): string { return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") }
