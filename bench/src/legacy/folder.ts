import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { shapefileZip } from '@piecework/vector-files'
import { hexagons } from './hexagons.js'
import { seeded } from './random.js'

export const features = 200
export const featuresOfUnit = 10

/** Files of a Marxan project by role. */
export interface MarxanFolder {
  readonly units: number
  readonly files: Readonly<Record<string, string>>
}

/**
 * Writes a Marxan project: `units` hexagons, 200 features with 10 rows of puvspr.dat for each unit, in order
 * of units. Features lie in belts, so that a unit's neighbours hold the same ones. The same for the same
 * number of units.
 */
export async function writeFolder(folder: string, units: number): Promise<MarxanFolder> {
  await mkdir(folder)
  const path = (name: string): string => join(folder, name)
  const write = (name: string, lines: Iterable<string>): Promise<void> =>
    pipeline(blocks(lines), createWriteStream(path(name)))
  await pipeline(shapefileZip(hexagons(units)), createWriteStream(path('planning-grid.zip')))
  await write('input.dat', inputLines())
  await write('pu.dat', unitLines(units))
  await write('spec.dat', featureLines())
  await write('puvspr.dat', amountLines(units))
  const tables = ['input.dat', 'pu.dat', 'spec.dat', 'puvspr.dat']
  return {
    units,
    files: {
      'planning-grid': path('planning-grid.zip'),
      ...Object.fromEntries(tables.map((name) => [name, path(name)])),
    },
  }
}

function* inputLines(): Generator<string> {
  yield* ['Input file for Annealing program.\n', '\n', 'BLM 1\n', 'NUMREPS 10\n', 'NUMITNS 1000000\n']
  yield* ['INPUTDIR input\n', 'PUNAME pu.dat\n', 'SPECNAME spec.dat\n', 'PUVSPRNAME puvspr.dat\n']
}

function* unitLines(units: number): Generator<string> {
  const random = seeded(1)
  yield 'id,cost,status\n'
  for (let id = 1; id <= units; id += 1)
    yield `${id},${cents(1 + random() * 100)},${id % 17 === 0 ? 2 : id % 19 === 0 ? 3 : 0}\n`
}

function* featureLines(): Generator<string> {
  yield 'id,prop,spf,name\n'
  for (let id = 1; id <= features; id += 1) yield `${id},0.3,1,Feature ${id}\n`
}

function* amountLines(units: number): Generator<string> {
  const random = seeded(2)
  const belt = Math.ceil(units / 50)
  yield 'species,pu,amount\n'
  for (let id = 1; id <= units; id += 1) {
    const first = Math.floor((id - 1) / belt) * 7
    const species = Array.from({ length: featuresOfUnit }, (_, step) => (first + step * 20) % features)
    for (const one of species.sort((a, b) => a - b)) yield `${one + 1},${id},${micro(random() * 1000)}\n`
  }
}

const cents = (value: number): number => Math.round(value * 100) / 100
const micro = (value: number): number => Math.round(value * 1e6) / 1e6

function* blocks(lines: Iterable<string>): Generator<Buffer> {
  let text = ''
  for (const line of lines) {
    text += line
    if (text.length < 1 << 18) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}
