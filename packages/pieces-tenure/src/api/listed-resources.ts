import { createHash, type Hash } from 'node:crypto'
import { csvLine, type ExportContext } from '@piecework/core/piece'
import { changedMeanwhile, withoutRetry } from './api-error.js'
import { apiResources } from './api-rows.js'

/** Of the files: the digest of their list, which outputs compare with the rows of the other piece, whatever process has read them. */
export const listDigestEntry = 'list.sha256'

/** What is held of jobs: the oldest go first. */
const mostJobs = 1000

type Reader = Pick<ExportContext, 'jobId' | 'resource'>
type Piece = 'rows' | 'files'

/** What one piece has written is not read again by another attempt of the other. */
export const differentLists = () =>
  withoutRetry(changedMeanwhile(apiResources.path, 'its rows and its files were read from different lists'))

/** The list of resources is read for their rows, and again for their files: both must be of one list. */
export class ListedResources {
  readonly #digests = new Map<string, string>()

  /** Throws `source-changed` if the other piece has read another list. One in another process is seen by the outputs. */
  assertSame({ jobId, resource }: Reader, piece: Piece, digest: string): void {
    const known = this.#digests.get(keyOf(jobId, resource.id, piece === 'rows' ? 'files' : 'rows'))
    if (known === undefined || known === digest) return
    throw differentLists()
  }

  /** The piece has written what it has read; another attempt replaces what was known. */
  wrote(reader: Reader, piece: Piece, digest: string): void {
    this.assertSame(reader, piece, digest)
    const key = keyOf(reader.jobId, reader.resource.id, piece)
    this.#digests.delete(key)
    this.#digests.set(key, digest)
    const [oldest] = this.#digests.keys()
    if (this.#digests.size > mostJobs && oldest !== undefined) this.#digests.delete(oldest)
  }
}

const keyOf = (...parts: readonly string[]): string => parts.join(' ')

/** Of the rows that are exported, as their entry has them: both readings must agree about them. */
export class ListDigest {
  readonly #hash: Hash = createHash('sha256')

  add(cells: readonly (string | null)[]): void {
    this.#hash.update(csvLine(cells))
  }

  text(): string {
    return this.#hash.copy().digest('hex')
  }
}
