import type { ResourceRef } from '@piecework/core/piece'
import { copyOf, pack, type Unpacked, unpack } from './archive.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from './host.js'
import { type Refusal, refused } from './refused.js'
import { ann, tinyProject } from './tiny-project.js'

/** A host with one project that is attacked, and the archive that an attacker has got of it. */
export interface Attacks {
  readonly host: Host
  readonly db: HostDatabase
  readonly project: ResourceRef
  /** An own copy, to be changed. */
  archive(): Unpacked
  /** Imports these bytes, which must be refused. */
  refused(bytes: Uint8Array): Promise<Refusal>
  stop(): Promise<void>
}

export async function attacks(): Promise<Attacks> {
  const db = await hostDatabase()
  const host = await hostOn(db)
  const project = await tinyProject(host)
  const { archive } = await (await host.piecework.export({ resource: project, principal: ann })).result()
  const unpacked = await unpack(host.artifacts, archive?.artifact ?? '')
  return {
    host,
    db,
    project,
    archive: () => copyOf(unpacked),
    refused: (bytes) => refused(host, { archive: { stream: once(bytes) }, principal: mallory }),
    stop: async () => {
      await host.stop()
      await db.drop()
    },
  }
}

export const mallory = { id: 'mallory' }

export const changed = (archive: Unpacked, change: (archive: Unpacked) => void): Buffer => {
  change(archive)
  return pack(archive)
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
