import type { ArtifactStore } from './artifacts.js'
import type { Entries } from './entries.js'
import type { NewFinding } from './finding.js'
import type { Piece } from './piece.js'
import type { ResourceTree } from './resource.js'
import type { Schema } from './schema.js'
import type { UnitMap } from './unit-map.js'
import type { Upload, UploadSource } from './upload.js'

export interface FormatContext {
  readonly uploads: readonly Upload[]
  readonly artifacts: ArtifactStore
  /** Required roles without an upload; only of a format that is `partial`. Absent: none. */
  readonly missing?: readonly string[]
  readonly signal: AbortSignal
}

/** One node's worth of input. */
export interface InputNode {
  readonly resource: { readonly kind: string; readonly id: string }
  readonly piece: string
  readonly version: number
  readonly entries: Entries
}

/** An input that has been opened: its tree of resources (old ids) and what each piece reads. */
export interface Input {
  readonly tree: ResourceTree
  readonly nodes: readonly InputNode[]
  /** Names of pieces that the input has for people only. */
  readonly exportOnly?: readonly string[]
  readonly findings: readonly NewFinding[]
  close(): Promise<void>
}

/** What a format takes one file of. */
export interface Role {
  /** There is no import without it. */
  readonly required?: true
  /** Of the file as it is uploaded; a larger one is refused while it comes. */
  readonly maxBytes: number
  /** Of the JSON that comes with the file. Absent: none may come. */
  readonly metadata?: Schema<Readonly<Record<string, unknown>>>
}

/** Which file of a folder is what. */
export interface SortedFiles {
  /** By role, also while others are missing. Paths are those of files in the folder. */
  readonly uploads: Readonly<Record<string, UploadSource>>
  /** For people: which file, below the folder, became what. */
  readonly files: readonly { readonly role: string; readonly path: string }[]
  /** Required roles for which there is no file. */
  readonly missing: readonly string[]
  readonly findings: readonly NewFinding[]
}

export interface SortContext {
  /** Paths of files by role, which came with their roles. */
  readonly given: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Files as people have them, in a folder or in a zip of it. */
export interface UnsortedFiles {
  /** Of each of them. */
  readonly maxBytes: number
  /** Also of a zip. */
  readonly maxFiles: number
  /** Throws for a folder that is another program's. */
  sort(folder: string, context: SortContext): Promise<SortedFiles>
}

/** How the input of an import is read when it is not an archive. */
export interface Format {
  readonly name: string
  /** The files that it reads, by role. */
  readonly roles: Readonly<Record<string, Role>>
  /**
   * The tree that it makes of any uploads, with old ids. Absent: it is known only when they are opened, and
   * there are no drafts.
   */
  readonly tree?: ResourceTree
  /** Pieces that read this format and no archive. */
  readonly pieces: readonly Piece[]
  /** Absent: each file comes under its role. */
  readonly unsorted?: UnsortedFiles
  /**
   * A validation may open it before all required roles are there. Its validators say what is wrong with those that are; what
   * they find in one that is missing is left out.
   */
  readonly partial?: true
  /** A failed import keeps its shell, marked incomplete, instead of removing it. */
  readonly keepsShell?: true
  /** Every required role is there, or `missing`. Opened once by the request and once by each attempt. */
  open(context: FormatContext): Promise<Input>
  /** Of uploads as they are, whatever else is wrong with them. Throws what stands in its way. Absent: there is no map. */
  unitMap?(context: FormatContext): Promise<UnitMap>
}
