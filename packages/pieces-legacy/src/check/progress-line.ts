import { printable } from './printable.js'

export interface ProgressLine {
  show(file: string, bytes: number, size: number): void
  /** Takes the line away. */
  clear(): void
}

interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Small folders are done before anyone could read it. */
const QUIET_MS = 500
const EVERY_MS = 100

/** One line that is written over and over, on a terminal only. */
export function progressLine(terminal: Terminal, now: () => number = Date.now): ProgressLine {
  let next = now() + QUIET_MS
  let shown = false
  return {
    show: (file, bytes, size) => {
      if (!terminal.isTTY || now() < next) return
      next = now() + EVERY_MS
      shown = true
      const part = size > 0 ? `${String(Math.floor((100 * bytes) / size)).padStart(3)} %` : ''
      const text = `Reading ${printable(file)} ${part}`
      terminal.write(`\r\x1b[2K${text.slice(0, Math.max(10, (terminal.columns || 80) - 1))}`)
    },
    clear: () => {
      if (shown) terminal.write('\r\x1b[2K')
      shown = false
    },
  }
}
