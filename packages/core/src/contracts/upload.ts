/** A part of a file, in an artifact of its own. */
export interface UploadPart {
  /** In bytes. */
  readonly size: number
  /** Of the lease under which it came. */
  readonly fence: number
}

/** One uploaded file of an import by role. */
export interface Upload {
  /** Unique in its job. */
  readonly id: string
  readonly role: string
  /** Key in the artifact store. */
  readonly artifact: string
  /** Of a file that came in parts, in their order: they lie below `artifact`, and formats open them as one. */
  readonly parts?: readonly UploadPart[]
  /** The file's name as the user knows it; for findings. */
  readonly fileName: string
  /** In bytes. */
  readonly size: number
  readonly metadata?: Readonly<Record<string, unknown>>
  /** The format has made it of unsorted files: the next sort replaces it, and it goes with them. */
  readonly sorted?: true
}

/** Where bytes come from: the artifact store, a file of this machine, or a stream. */
export type InputSource =
  | { readonly artifact: string }
  | { readonly file: string }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly fileName?: string }

export type UploadSource = InputSource & { readonly metadata?: Readonly<Record<string, unknown>> }
