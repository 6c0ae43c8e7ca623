import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type HttpsPeer, httpsPeer } from '@piecework/test-support'

interface StoredObject {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** What speaks as much of S3 as small files need, over https. */
export interface Bucket {
  readonly peer: HttpsPeer
  readonly objects: ReadonlyMap<string, StoredObject>
  /** The next file that is put waits until `answer` is called. Resolves when it has come. */
  hold(): Promise<{ answer(how: 'stored' | 'denied'): void }>
}

export async function bucket(): Promise<Bucket> {
  const objects = new Map<string, StoredObject>()
  let held: ((gate: { answer(how: 'stored' | 'denied'): void }) => void) | undefined
  const peer = await httpsPeer(async (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(request, 'end')
    const key = (request.url ?? '').replace(/\?.*/, '')
    const found = objects.get(key)
    if (request.method === 'PUT') {
      const waits = key.endsWith('.tif') ? held : undefined
      if (waits) held = undefined
      const how = waits && (await new Promise((answer) => waits({ answer })))
      if (how === 'denied')
        return void response
          .writeHead(403)
          .end('<Error><Code>AccessDenied</Code><Message>m</Message></Error>')
      const bytes = Buffer.concat(chunks)
      const kept = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'))
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
      objects.set(key, { bytes, headers: { ...(Object.fromEntries(kept) as Record<string, string>), etag } })
      response.writeHead(200, { etag }).end()
    } else if (request.method === 'DELETE') {
      objects.delete(key)
      response.writeHead(204).end()
    } else if (found)
      response.writeHead(200, { ...found.headers, 'content-length': found.bytes.length }).end(found.bytes)
    else response.writeHead(404).end()
  })
  return {
    peer,
    objects,
    hold: () =>
      new Promise((resolve) => {
        held = resolve
      }),
  }
}
