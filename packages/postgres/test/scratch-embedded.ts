import { type EmbeddedDatabase, embedded } from '@piecework/embedded'

let kept: Promise<EmbeddedDatabase> | undefined
let isTaken = false

/**
 * An embedded database that holds nothing but PostGIS. To start one takes seconds: the test files that a process runs have the same
 * one after the other, which is emptied when they close it. Who wants another at the same time gets one that ends.
 */
export async function scratchEmbedded(): Promise<EmbeddedDatabase> {
  if (isTaken) return embedded()
  isTaken = true
  kept ??= embedded()
  const db = await kept.catch((error: unknown) => {
    kept = undefined
    isTaken = false
    throw error
  })
  let isOpen = true
  const opened = (): EmbeddedDatabase => {
    if (!isOpen) throw new Error('The embedded database has been closed.')
    return db
  }
  return {
    embedded: true,
    query: async (sql, values) => opened().query(sql, values),
    transaction: async (work, options) => opened().transaction(work, options),
    close: async () => {
      if (!isOpen) return
      isOpen = false
      // What holds something that cannot be dropped ends.
      await empty(db).catch(() => {
        kept = undefined
        return db.close()
      })
      isTaken = false
    },
  }
}

/** Drops what is neither of the system nor of an extension: schemas, what is in `public`, roles, large objects. */
async function empty(db: EmbeddedDatabase): Promise<void> {
  await db.query(`DO $$
    DECLARE statement text;
    BEGIN
      FOR statement IN SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
      LOOP EXECUTE statement; END LOOP;
      LOOP
        -- Another time, for what was dropped may have taken the next with it.
        SELECT format('DROP %s %s CASCADE', o.type, o.identity) INTO statement
        FROM pg_depend d, pg_identify_object(d.classid, d.objid, 0) o
        WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = 'public'::regnamespace AND d.deptype = 'n'
          AND NOT (d.classid = 'pg_extension'::regclass AND d.objid IN (SELECT oid FROM pg_extension WHERE extname = 'postgis'))
          -- Neither of an extension nor a part of something else, as the sequence of an identity column is.
          AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype IN ('e', 'i'))
        LIMIT 1;
        EXIT WHEN statement IS NULL;
        EXECUTE statement;
      END LOOP;
      FOR statement IN SELECT format('DROP OWNED BY %1$I CASCADE; DROP ROLE %1$I', rolname) FROM pg_roles WHERE oid >= 16384
      LOOP EXECUTE statement; END LOOP;
      PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
    END $$`)
  await db.query('RESET ALL')
}
