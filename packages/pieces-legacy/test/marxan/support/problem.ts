import assert from 'node:assert/strict'
import { FindingCollector, type NewFinding } from '@piecework/core/piece'
import { readBound, readInputDat, readPu, readPuvspr, readSpec } from '@piecework/marxan-files'

/** The text of each file of a Marxan project, by role. */
export type Texts = Readonly<Record<string, string | Buffer>>

/** What a Marxan project asks for, apart from how its files are written. */
export interface Problem {
  readonly parameters: object
  /** Cost, status and location by id. */
  readonly units: Readonly<Record<number, readonly number[]>>
  readonly features: Readonly<Record<number, Readonly<Record<string, unknown>>>>
  /** By `species pu`. */
  readonly amounts: Readonly<Record<string, number>>
  /** By the two ids, the lower one first. */
  readonly boundaries: Readonly<Record<string, number>>
}

/** Reads a project; `findings` has all that its reading told. */
export async function problemOf(
  files: Texts,
): Promise<{ readonly problem: Problem; readonly findings: readonly NewFinding[] }> {
  const findings = new FindingCollector()
  const source = async function* (role: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(files[role] ?? assert.fail(role))
  }
  const units: Record<number, readonly number[]> = {}
  for await (const { length, columns } of readPu(source('pu.dat'), { findings }))
    for (let row = 0; row < length; row += 1)
      units[at(columns.id, row)] = [columns.cost, columns.status, columns.xloc, columns.yloc].map((cells) =>
        at(cells, row),
      )
  const features: Record<number, Record<string, unknown>> = {}
  for await (const { length, columns, present } of readSpec(source('spec.dat'), { findings }))
    for (let row = 0; row < length; row += 1)
      features[at(columns.id, row)] = Object.fromEntries(
        Object.entries(columns)
          .filter(([name]) => ['prop', 'target', 'spf', 'name'].includes(name) || present.has(name as 'id'))
          .map(([name, cells]) => [name, cells[row]]),
      )
  const amounts: Record<string, number> = {}
  for await (const { length, columns } of readPuvspr(source('puvspr.dat'), { findings }))
    for (let row = 0; row < length; row += 1)
      amounts[`${columns.species[row]} ${columns.pu[row]}`] = at(columns.amount, row)
  const lengths: Record<string, number[]> = {}
  if (files['bound.dat'] !== undefined)
    for await (const { length, columns } of readBound(source('bound.dat'), { findings }))
      for (let row = 0; row < length; row += 1) {
        const pair = [at(columns.id1, row), at(columns.id2, row)].sort((a, b) => a - b).join(' ')
        lengths[pair] = [...(lengths[pair] ?? []), at(columns.boundary, row)]
      }
  const boundaries = Object.fromEntries(
    Object.entries(lengths).map(([pair, parts]) => {
      const [one, other] = pair.split(' ')
      return [pair, one === other ? parts.reduce((sum, part) => sum + part, 0) : (parts[0] ?? Number.NaN)]
    }),
  )
  const { parameters } = await readInputDat(source('input.dat'), { findings })
  return { problem: { parameters, units, features, amounts, boundaries }, findings: findings.list() }
}

const at = (cells: Int32Array | Float64Array, row: number): number => cells[row] ?? Number.NaN
