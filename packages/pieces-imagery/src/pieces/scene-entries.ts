import { type CsvRow, csvLine, type Schema } from '@piecework/core/piece'
import { z } from 'zod'
import { bandRoles, type NamedBand } from '../scene/scene-facts.js'

/** Entries of the piece `imagery/scenes`: the list of scenes, from below to the top, and their files by place, from 1. */
export const sceneEntries = { list: 'scenes.csv', file: (place: number) => `files/${place}.tif` } as const

/** A scene as it travels: what its file says is read from the file again. */
export interface TravellingScene {
  readonly id: string
  readonly position: number
  readonly name: string
  readonly bands: readonly NamedBand[]
  readonly bytes: number
  readonly createdAt: string
  /** Key in the store of the host that it stays in. Absent: the file travels, too. */
  readonly artifact?: string
}

const columns = ['id', 'position', 'name', 'bands', 'bytes', 'created_at', 'artifact'] as const

export const sceneHeader = csvLine([...columns])

export function sceneLine(scene: TravellingScene): string {
  const { id, position, name, bands, bytes, createdAt, artifact } = scene
  return csvLine([id, `${position}`, name, JSON.stringify(bands), `${bytes}`, createdAt, artifact ?? null])
}

const bandsSchema: Schema<NamedBand[]> = z
  .array(z.strictObject({ name: z.string().min(1).max(100), role: z.enum(bandRoles).exactOptional() }))
  .min(1)
  .max(100) as never

/** Throws with what is wrong: a sentence about the column. */
export function readScene(row: CsvRow): TravellingScene {
  const { id, position, name, bands, bytes, created_at: createdAt, artifact } = row
  const wrong = (column: string, what: string): never => {
    throw new SceneProblem(column, what)
  }
  return {
    id: id && /^[0-9a-f-]{36}$/.test(id) ? id : wrong('id', 'is no uuid'),
    position:
      position && /^-?\d{1,9}$/.test(position) ? Number(position) : wrong('position', 'is no position'),
    name: name ? name : wrong('name', 'is empty'),
    bands: readBands(bands) ?? wrong('bands', 'are no bands with names and roles'),
    bytes: bytes && /^\d{1,15}$/.test(bytes) ? Number(bytes) : wrong('bytes', 'is no number of bytes'),
    createdAt:
      createdAt && !Number.isNaN(Date.parse(createdAt)) ? createdAt : wrong('created_at', 'is no time'),
    ...(typeof artifact === 'string' && { artifact }),
  }
}

/** What is wrong with a column of a row. */
export class SceneProblem extends Error {
  readonly column: string
  constructor(column: string, what: string) {
    super(what)
    this.column = column
  }
}

function readBands(text: string | null | undefined): readonly NamedBand[] | undefined {
  try {
    return bandsSchema.parse(JSON.parse(text ?? ''))
  } catch {
    return undefined
  }
}
