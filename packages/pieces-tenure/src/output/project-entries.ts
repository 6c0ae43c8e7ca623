import { type CsvRow, type Entries, type OutputContext, PieceworkError } from '@piecework/core/piece'

/** What the pieces of one project have written. */
export interface ProjectEntries {
  /** Of its files in the zip: empty, or `london-2/` where an organization was exported. */
  readonly folder: string
  /** Throws `internal` if the piece has written nothing. */
  of(piece: string): Entries
}

/** Each project of the export, in its order. */
export async function* projectsOf({ pieces, resource, tree }: OutputContext): AsyncGenerator<ProjectEntries> {
  const projects = new Map<string, Map<string, Entries>>()
  for (const { resource: of, piece, entries } of pieces) {
    const written = projects.get(of.id) ?? new Map<string, Entries>()
    projects.set(of.id, written.set(piece, entries))
  }
  for (const [id, written] of projects) {
    const of = (piece: string): Entries => {
      const entries = written.get(piece)
      if (entries) return entries
      throw new PieceworkError('internal', `The piece ${piece} has written nothing of project ${id}.`)
    }
    const isAlone = id === resource.id || tree.children.length === 0
    yield { of, folder: isAlone ? '' : `${await slugOf(of('tenure/project'), id)}/` }
  }
}

async function slugOf(entries: Entries, id: string): Promise<string> {
  for await (const [row] of entries.rows('projects.csv')) return row?.slug ?? id
  return id
}

/** The rows of a table, one after the other. */
export async function* rowsIn(entries: Entries, path: string, signal: AbortSignal): AsyncGenerator<CsvRow> {
  for await (const batch of entries.rows(path)) {
    signal.throwIfAborted()
    yield* batch
  }
}
