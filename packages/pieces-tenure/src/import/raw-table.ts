import type { ZippedFile } from '@piecework/core/archive'
import type { CellValue } from '../xlsx/write/sheet-to-write.js'

/** What is wrong with a row or a file, for the report. */
export interface Problem {
  /** `tenure/…` */
  readonly code: `tenure/${string}`
  readonly message: string
  readonly column?: string
  /** What stands there, shortened. */
  readonly value?: string
  readonly hint?: string
}

export interface PlacedProblem extends Problem {
  readonly file: string
  readonly line?: number
}

export interface RawRow {
  /** If it is not that of the table: the sheet in which a long table goes on. */
  readonly file?: string
  /** Of the file or the sheet, from 1. */
  readonly line: number
  /** Texts without what keeps spreadsheets from computing them. */
  readonly cells: readonly CellValue[]
  /** Why it cannot be read. */
  readonly problem?: Problem
}

/** A table of an upload as it stands there, whatever its format. */
export interface RawTable {
  /** For people: `locations.csv`, or `tenure.xlsx, sheet locations`. */
  readonly file: string
  /** Of the header. */
  readonly line: number
  readonly columns: readonly string[]
  rows(): AsyncIterable<readonly RawRow[]>
}

/** Of `tenure/all`: the list of resources, and the files beside it by their names. */
export interface UploadedResources {
  readonly list: ZippedFile
  readonly files: ReadonlyMap<string, ZippedFile>
}

/** The tables of one project, by their names: `locations`. */
export interface RawTables {
  /** Undefined if it is not there. Throws a `FileProblem` for one that cannot be read. */
  table(name: string): Promise<RawTable | undefined>
  /** That are in the zip, too. */
  readonly resources: UploadedResources | undefined
  /** As people find it: `locations.csv`. */
  fileOf(name: string): string
  close(): Promise<void>
}
