import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import { Flow } from './flow.js'
import { geometryAlone } from './geometry-alone.js'
import type { Reply, Request, ServerError } from './messages.js'
import { copyIn, copyOut, query } from './statements.js'
import { template } from './template.js'

/** The embedded database runs in this thread: its statements block nothing else. */
const port = parentPort
if (!port) throw new Error('This file runs as a worker only.')

let opened: PGlite | undefined

const answer = async (request: Request): Promise<Reply> => {
  if (request.type === 'open') {
    opened = await open(request.dataDir, request.cacheDir)
    return { type: 'done' }
  }
  if (!opened) throw new Error('The embedded database is not open.')
  switch (request.type) {
    case 'query':
      return { type: 'done', result: await query(opened, request.sql, request.values) }
    case 'copy-in':
      return { type: 'done', result: await copyIn(opened, request.sql, request.records) }
    case 'copy-out': {
      const send = (bytes: Uint8Array): void => port.postMessage({ type: 'part', bytes } satisfies Reply)
      await copyOut(opened, request.sql, new Flow(request.flow), send)
      return { type: 'done' }
    }
    case 'close':
      await opened.close()
      return { type: 'done' }
  }
}

/** What is read is in memory, or in the operating system's, already: 128 MB of buffers would take a third of the start. */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB']

/** A folder that holds a database is opened as it is, and may use all of PostGIS. */
async function open(dataDir: string | undefined, cacheDir: string): Promise<PGlite> {
  if (dataDir === undefined) {
    const extensions = { postgis: await geometryAlone(cacheDir) }
    return PGlite.create({ extensions, startParams, loadDataDir: await template(cacheDir) })
  }
  const extensions = { postgis }
  if (existsSync(join(dataDir, 'PG_VERSION'))) return PGlite.create({ dataDir, extensions, startParams })
  await mkdir(dataDir, { recursive: true })
  return PGlite.create({ dataDir, extensions, startParams, loadDataDir: await template(cacheDir) })
}

function serverError(error: unknown): ServerError {
  const { code, detail, table, column, constraint, where } = error as Partial<ServerError>
  const message = error instanceof Error ? error.message : String((error as ServerError).message)
  const details = Object.entries({ code, detail, table, column, constraint, where }).filter(
    (detail) => typeof detail[1] === 'string',
  )
  return { message, ...Object.fromEntries(details) }
}

port.on('message', (request: Request) => {
  answer(request).then(
    (reply) => port.postMessage(reply),
    (error: unknown) => port.postMessage({ type: 'failed', error: serverError(error) } satisfies Reply),
  )
})
