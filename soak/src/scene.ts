import type { Fleet, PostgresServer, RedisServer } from '@piecework/test-support'
import type { Requester } from './asking.js'
import type { Disk } from './disk.js'
import type { Drive } from './drive/drive.js'
import type { Hooks } from './hooks.js'
import type { SoakHost } from './host.js'
import type { Place, SoakJob, Sources } from './place.js'

/** What a job of one kind does where nothing befalls it. */
export interface Reference {
  /** From the request to its answer. */
  readonly askMs: number
  /** That its deliveries take. */
  readonly deliverMs: number
  /** Rows and skipped rows by piece, over all resources. */
  readonly counts: Readonly<Record<string, number>>
  /** Rows that it adds, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Manifest digest of an export. */
  readonly digest?: string
  /** sha256 of its outputs of packs, by name. */
  readonly outputs?: Readonly<Record<string, string>>
}

/** Everything that a round plays with. */
export interface Scene {
  readonly place: Place
  readonly sources: Sources
  readonly host: SoakHost
  readonly workers: Fleet
  readonly redis: RedisServer
  readonly hooks: Hooks
  readonly drive: Drive
  /** Of the artifacts. */
  readonly disk: Disk
  /** Absent if the database is on a server that was given. */
  readonly server?: PostgresServer
  /** Of the second database. Absent if there is none. */
  readonly geoServer?: PostgresServer
  /** A host that has all rows in one database: the second's are copied there. */
  readonly whole: () => Promise<SoakHost>
  /** Of the database. Absent where there cannot be one. */
  readonly databaseDisk?: Disk
  readonly requester: () => Requester
  /** SIGKILL; resolves when nothing of it is left at the database and another one is there. */
  replaceRequester(): Promise<void>
  readonly references: Readonly<Record<SoakJob, Reference>>
  /** The same for another project: one that an import of the folder has made. */
  readonly beside: Scene
}
