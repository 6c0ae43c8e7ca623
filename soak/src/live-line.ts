import type { WriteStream } from 'node:tty'

export interface LiveLine {
  log(text: string): void
  end(): void
}

/** On a terminal one line that changes, else a line each. */
export function liveLine(out: WriteStream): LiveLine {
  if (!out.isTTY) return { log: (text) => void out.write(`${text}\n`), end: () => {} }
  const clear = '\r\x1b[K'
  return {
    log: (text) => void out.write(`${clear}${text.slice(0, Math.max(0, out.columns - 1))}`),
    end: () => void out.write(clear),
  }
}
