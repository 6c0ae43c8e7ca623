import { Client } from 'pg'

/**
 * Databases of one bench on one server; each is a copy of a template's files, and all are dropped at the end.
 */
export class Databases {
  readonly #server: string
  readonly #made = new Set<string>()
  #count = 0

  constructor(server: string) {
    this.#server = server
  }

  /**
   * Resolves to the url of a new one, a copy of the database of `template`, which must have no connections.
   */
  async create(template?: string): Promise<string> {
    const name = `piecework_bench_${process.pid}_${this.#count++}`
    const copy = template ? ` TEMPLATE ${nameOf(template)} STRATEGY file_copy` : ''
    await this.#ask(`CREATE DATABASE ${name}${copy}`)
    this.#made.add(name)
    const url = new URL(this.#server)
    url.pathname = `/${name}`
    return url.href
  }

  async drop(url: string): Promise<void> {
    await this.#ask(`DROP DATABASE ${nameOf(url)} WITH (FORCE)`)
    this.#made.delete(nameOf(url))
  }

  /** Runs `work` with a copy of `template` that is dropped afterwards. */
  async with<T>(template: string, work: (url: string) => Promise<T>): Promise<T> {
    const url = await this.create(template)
    try {
      return await work(url)
    } finally {
      await this.drop(url)
    }
  }

  async dropAll(): Promise<void> {
    for (const name of [...this.#made]) await this.#ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }

  async #ask(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.#server })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1)
