import { createHash, randomUUID } from 'node:crypto'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface File {
  readonly id: string
  readonly rev: string
  readonly path: string
  readonly bytes: Buffer
}

/** An upload that is not finished. */
export interface Session {
  readonly parts: Buffer[]
  size: number
}

type Argument = Readonly<Record<string, unknown>>

/** Files and uploads of one user. */
export class Account {
  readonly files = new Map<string, File>()
  readonly sessions = new Map<string, Session>()
  /** That have befallen its calls. */
  troubles = 0

  /** A call with bytes of a file. */
  take(route: string, argument: Argument, body: Buffer, isFull: boolean): Answer {
    if (argument.content_hash !== undefined && argument.content_hash !== contentHash(body))
      return conflict({ '.tag': 'content_hash_mismatch' })
    if (route === 'files/upload') return this.stored(argument, body, isFull)
    if (route === 'files/upload_session/start') {
      const id = randomUUID()
      this.sessions.set(id, { parts: [body], size: body.length })
      return { status: 200, body: { session_id: id } }
    }
    const { session_id: id, offset } = Object(argument.cursor) as { session_id: string; offset: number }
    const session = this.sessions.get(id)
    const isEnd = route === 'files/upload_session/finish'
    if (!session || session.size !== offset) {
      const wrong = session
        ? { '.tag': 'incorrect_offset', correct_offset: session.size }
        : { '.tag': 'not_found' }
      return conflict(isEnd ? { '.tag': 'lookup_failed', lookup_failed: wrong } : wrong)
    }
    if (body.length > 0) {
      session.parts.push(body)
      session.size += body.length
    }
    if (!isEnd) return { status: 200, body: null }
    const said = this.stored(Object(argument.commit), Buffer.concat(session.parts), isFull)
    if (said.status === 200) this.sessions.delete(id)
    return said
  }

  /** Any other call. */
  tell(route: string, argument: Argument, isFull: boolean): Answer {
    if (route === 'users/get_space_usage')
      return {
        status: 200,
        body: { used: 1, allocation: { '.tag': 'individual', allocated: isFull ? 1 : 1e12 } },
      }
    if (route === 'files/get_metadata') {
      const file = this.files.get(String(argument.path).toLowerCase())
      return file ? told(file) : conflict({ '.tag': 'path', path: { '.tag': 'not_found' } })
    }
    if (route !== 'files/delete_v2') return { status: 404, body: {} }
    const [key] = [...this.files].find(([, one]) => one.id === argument.path) ?? []
    if (key === undefined) return conflict({ '.tag': 'path_lookup', path_lookup: { '.tag': 'not_found' } })
    this.files.delete(key)
    return { status: 200, body: {} }
  }

  /** As is documented for the mode `add`. */
  private stored({ path }: Argument, bytes: Buffer, isFull: boolean): Answer {
    const key = String(path).toLowerCase()
    const there = this.files.get(key)
    if (there?.bytes.equals(bytes)) return told(there)
    if (there) return conflict({ '.tag': 'path', path: { '.tag': 'conflict', conflict: { '.tag': 'file' } } })
    if (isFull) return conflict({ '.tag': 'path', path: { '.tag': 'insufficient_space' } })
    const file = { id: `id:${randomUUID()}`, rev: randomUUID(), path: String(path), bytes }
    this.files.set(key, file)
    return told(file)
  }
}

const conflict = (error: Argument): Answer => ({ status: 409, body: { error } })

function told({ id, rev, path, bytes }: File): Answer {
  const name = path.split('/').at(-1)
  const size = bytes.length
  return {
    status: 200,
    body: { '.tag': 'file', id, rev, name, size, path_display: path, content_hash: contentHash(bytes) },
  }
}

/** Of what is smaller than a block of 4 MiB, as all of the soak is. */
function contentHash(bytes: Buffer): string {
  const sha256 = (of: Buffer) => createHash('sha256').update(of).digest()
  return sha256(bytes.length > 0 ? sha256(bytes) : bytes).toString('hex')
}
