/** Servers that several processes share. */
export interface Servers {
  readonly databaseUrl: string
  readonly redisUrl: string
}

/** What a process of the server is told. */
export interface Settings {
  readonly port: number
  /** Address that clients have. */
  readonly url: string
  /** Folder of archives and uploads. */
  readonly files: string
  /** Folder of the sample project, as Marxan has it. */
  readonly sample: string
  readonly servers?: Servers
}
