import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Holds each session that inserts into a table in the middle of the statement. */
export interface Barrier {
  /** Resolves to the backend that stands at it, once there is one other than `not`. */
  reached(not?: number): Promise<number>
  /** Lets all through, from now on. */
  open(): Promise<void>
  remove(): Promise<void>
}

const key = 424_242

/** `only`: SQL about the row `NEW`; others pass. */
export async function barrierAt(url: string, table: string, only = 'true'): Promise<Barrier> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('SELECT pg_advisory_lock($1)', [key])
  await client.query(`
    CREATE FUNCTION planning.barrier() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN IF ${only} THEN PERFORM pg_advisory_xact_lock_shared(${key}); END IF; RETURN NEW; END$$;
    CREATE TRIGGER barrier BEFORE INSERT ON planning.${table} FOR EACH ROW EXECUTE FUNCTION planning.barrier()`)
  const open = async () => {
    await client.query('SELECT pg_advisory_unlock_all()')
  }
  return {
    reached: async (not) => {
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          [key],
        )
        const found = rows.find(({ pid }) => pid !== not)
        if (found) return found.pid
        await sleep(20)
      }
    },
    open,
    remove: async () => {
      await open()
      await client.query('DROP FUNCTION planning.barrier CASCADE')
      await client.end()
    },
  }
}
