import type { ExportContext, Piece } from '@piecework/core/piece'

/** A piece of a notebook that carries nothing and does `work`. */
export function pieceOf(name: string, work: (context: ExportContext) => Promise<unknown>): Piece {
  return {
    contract: 1,
    name: `work/${name}`,
    of: 'notebook',
    version: 1,
    exportOnly: true,
    exporter: {
      export: async (context) => {
        await work(context)
        return { rows: 0 }
      },
    },
  }
}

/** Goes on until it is opened, whatever signals say. */
export interface Deaf {
  readonly begun: Promise<void>
  readonly work: () => Promise<void>
  end(): void
}

export function deaf(): Deaf {
  let [begin, end] = [(): void => undefined, (): void => undefined]
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const work = (): Promise<void> => {
    begin()
    return ended
  }
  return { begun, work, end: () => end() }
}
