import { defaults } from './defaults.js'
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

/** One line that is written over and over, on a terminal only, while large files are read. */
export function progressLine(terminal: Terminal): ProgressLine {
  let next = 0
  let shown = false
  return {
    show: (file, bytes, size) => {
      if (!terminal.isTTY || size < defaults.shownBytes || Date.now() < next) return
      next = Date.now() + defaults.shownEveryMs
      shown = true
      const part = String(Math.floor((100 * bytes) / size)).padStart(3)
      const text = `Reading ${printable(file)} ${part} %`
      terminal.write(`\r\x1b[2K${text.slice(0, Math.max(20, (terminal.columns || 80) - 1))}`)
    },
    clear: () => {
      if (shown) terminal.write('\r\x1b[2K')
      shown = false
    },
  }
}
