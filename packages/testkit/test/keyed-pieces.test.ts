import { fromPg } from '@piecework/postgres'
import { assertBreaks, needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { type LawTest, type PieceLawsOptions, pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { keyed, keyedLaws, keyedTables } from './keyed-projects.js'

const test = needsServer(suite('laws of pieces: ids of every sort'))
let scratch: ScratchDatabase
let pool: pg.Pool

test.before(async () => {
  scratch = await scratchDatabase()
  pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  await pool.query(keyedTables)
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
})

const lawsOf = (of: (typeof keyed)[number]): PieceLawsOptions => keyedLaws(of, () => fromPg(pool))

for (const of of keyed) pieceLaws(test, lawsOf(of))

/** Kinds whose key is not that of their column, and what the law must see. */
const wrong: Readonly<Record<string, string>> = {
  'takes uuids for texts': 'uuids',
  'takes integers for texts': 'serials',
}

for (const [what, name] of Object.entries(wrong)) {
  const whole = keyed.find((one) => one.name === name)
  if (!whole) continue
  const options = lawsOf(whole)
  const broken: PieceLawsOptions = { ...options, kind: { ...options.kind, key: 'nanoid' } }
  const laws = (given: PieceLawsOptions) => (collect: LawTest) => pieceLaws(collect, given)
  test(`a kind that ${what}`, () =>
    assertBreaks(`a kind that ${what}`, {
      law: 'exclusion: project: spellings of an id',
      broken: laws(broken),
      whole: laws(options),
    }))
}

test.run()
