/** One uploaded file of an import by role. */
export interface Upload {
  /** Unique in its job. */
  readonly id: string
  readonly role: string
  /** Key in the artifact store. */
  readonly artifact: string
  /** The file's name as the user knows it; for findings. */
  readonly fileName: string
  /** In bytes. */
  readonly size: number
  readonly metadata?: Readonly<Record<string, unknown>>
}
