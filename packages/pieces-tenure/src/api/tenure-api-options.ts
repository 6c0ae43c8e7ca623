import type { ExportContext } from '@piecework/core/piece'
import type { OutboundSettings } from '@piecework/outbound'

/** For whom an API is read. */
export interface TenureApiReader {
  /** Id of the project. */
  readonly project: string
  readonly principal: ExportContext['principal']
  readonly jobId: string
  readonly signal: AbortSignal
}

/** Where a project is read, and by what right. It is held while a piece runs, and written nowhere. */
export interface TenureApiAccess {
  /**
   * The project's own address, https: `https://example.org/api/v1/organizations/o/projects/london-2/`. All that is read lies
   * below it, at the same origin.
   */
  readonly url: string
  /** The header `Authorization`: `ScopedToken eyJ…`. */
  readonly authorization: string
}

export interface TenureApiOptions extends OutboundSettings {
  /** Called for each piece of a job, and again when the API says 401. Undefined: there is no such project. */
  readonly access: (reader: TenureApiReader) => Promise<TenureApiAccess | undefined>
  /** The project's name, for names of files, and whether there is one when a job is requested. Default: its id. */
  readonly describe?: (project: string) => Promise<{ readonly name: string } | undefined>
  /**
   * Where attribute schemas are, below the project: `attribute-schemas/`. Absent: columns of attributes are those that
   * occur.
   */
  readonly schemas?: string
  /** Whether archived resources are read. Default `left`. */
  readonly archived?: 'left' | 'carried'
  /** Of a request that gets no answer, 429 or 5xx, the first one included. Default 5. */
  readonly attempts?: number
  /** Before the second attempt; twice as long before each later one, unless `Retry-After` says more. Default 1 s. */
  readonly firstWaitMs?: number
  /** Longest page, in bytes: it is held as a whole. Default 16 MiB. */
  readonly pageBytes?: number
}
