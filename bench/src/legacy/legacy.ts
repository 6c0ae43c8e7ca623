import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectTables } from '@piecework/pieces-project'
import { Client } from 'pg'
import { type Bench, median, timed } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { prepare } from '../planning/host.js'
import type { Seconds } from '../planning/tables.js'
import { cancelMeasure } from './cancel.js'
import { copiedAgain } from './copied-again.js'
import { type MarxanFolder, writeFolder } from './folder.js'
import { GridLoads } from './grid.js'
import { Place } from './place.js'
import { importTable, measuresOf, type Round } from './rounds.js'
import { unionTable } from './union.js'

/** Below, the validation and the grid alone measure how a process starts and warms up. */
const leastChecked = 100_000

/** From here on imports to be cancelled are of a tenth of the units: each takes minutes. */
const mostCancelled = 500_000

/** Bytes of puvspr.dat above which unions are made in parts. */
const leastParted = 2 ** 21

/** A job over them takes the time that every job takes. */
const fewUnits = 100

/**
 * A Marxan folder: validation alone, the whole import beside COPY of the same rows, the grid alone beside
 * ogr2ogr.
 */
export const legacyBench: Bench = async ({ units, runs, url, log }) => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const databases = new Databases(url)
  const write = async (name: string, count: number): Promise<MarxanFolder> => {
    let made: MarxanFolder | undefined
    const seconds = await timed(async () => {
      made = await writeFolder(join(folder, name), count)
    })
    if (!made) throw new Error('no folder')
    log(`made a folder of ${count.toLocaleString('en-US')} units in ${seconds.toFixed(0)} s`)
    return made
  }
  try {
    const empty = await databases.create()
    await prepare(empty)
    const place = new Place(databases, empty, folder)
    const marxan = await write('whole', units)
    const tenth = await write('tenth', Math.ceil(units / 10))
    const checked = units < leastChecked ? await write('checked', leastChecked) : marxan
    const checkedTenth = units < leastChecked ? await write('checked-tenth', leastChecked / 10) : tenth
    const small = {
      puvspr: await place.step('puvspr', checkedTenth.files),
      validate: await place.step('validate', checkedTenth.files),
      again: await place.step('validate-again', checkedTenth.files),
      import: await place.step('import', tenth.files),
      rows: await place.step('rows', tenth.files),
    }
    const grids = await GridLoads.of(checked, await write('few', fewUnits), folder, log)
    const rounds: Round[] = []
    for (let run = 1; run <= runs; run++) {
      log(`run ${run} of ${runs}`)
      await grids.run(place)
      const made = {
        puvspr: await place.step('puvspr', checked.files),
        validate: await place.step('validate', checked.files),
        again: await place.step('validate-again', checked.files),
        ...(await imports(place, marxan, join(folder, 'peer'), run === 1 ? log : undefined)),
      }
      rounds.push(made)
      log(importTable(made))
    }
    const seconds = median(rounds.map((round) => round.import.seconds))
    const cancelled =
      units < mostCancelled ? { marxan, seconds } : { marxan: tenth, seconds: small.import.seconds }
    const cancel = await cancelMeasure(place, cancelled.marxan, folder, {
      seconds: cancelled.seconds,
      moments: 6,
    })
    return [
      ...measuresOf({ units, checked: checked.units }, rounds, small),
      ...grids.measures(checked.units),
      cancel,
    ]
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

async function imports(
  place: Place,
  { files, units }: MarxanFolder,
  rows: string,
  log: ((text: string) => void) | undefined,
): Promise<Pick<Round, 'import' | 'atOnce' | 'rows' | 'copyIn'>> {
  let copied: Seconds = {}
  const imported = await place.step('import', files, async (url) => {
    await withoutArea(url)
    log?.(await unionTable(url, units))
    copied = await copiedAgain(place, url, rows)
  })
  const isParted = (await stat(files['puvspr.dat'] ?? '')).size > leastParted
  const atOnce = isParted ? await place.step('at-once', files) : undefined
  const withoutUnions = await place.step('rows', files)
  return { import: imported, rows: withoutUnions, copyIn: copied, ...(atOnce && { atOnce }) }
}

/** A project and its planning area refer to each other, which COPY of one table after the other cannot do. */
async function withoutArea(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`UPDATE ${projectTables.projects} SET planning_area_id = NULL`)
  } finally {
    await client.end()
  }
}
