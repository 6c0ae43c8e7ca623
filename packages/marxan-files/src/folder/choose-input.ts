import { join } from 'node:path'
import { type NewFinding, PieceworkError } from '@piecework/core/piece'
import { inputDatHeadBytes } from '../defaults.js'
import { alsoThere } from './also-there.js'
import { headOf } from './head-of.js'
import type { Listing } from './listing.js'

const NAMES_FILES = /^[ \t"]*(?:PUNAME|SPECNAME|PUVSPRNAME)[\s=]/m
const NAMES_ZONES = /^[ \t"]*ZONESNAME[\s=]/m

export interface ChosenInput {
  readonly name: string
  /** All of the file, unless it is large. */
  readonly bytes?: Uint8Array
}

/**
 * The first `*.dat` by name that names other files, with a warning if there are more; else input.dat, whose validator reports what is wrong with
 * it. Throws `legacy/marzone`.
 */
export async function chooseInput(
  dir: string,
  files: Listing,
  report: (finding: NewFinding) => void,
): Promise<ChosenInput | undefined> {
  const inputs: ChosenInput[] = []
  for (const name of files.in('').filter((name) => name.toLowerCase().endsWith('.dat'))) {
    const bytes = await headOf(join(dir, name), inputDatHeadBytes)
    const head = linesOf(bytes)
    if (NAMES_ZONES.test(head))
      throw new PieceworkError(
        'legacy/marzone',
        `This is a project of Marxan with Zones (${name} has ZONESNAME), which cannot be imported`,
      )
    if (NAMES_FILES.test(head)) inputs.push({ name, ...(bytes.length < inputDatHeadBytes && { bytes }) })
  }
  const [first, ...others] = inputs
  const [instead] = others
  if (first !== undefined && instead !== undefined)
    report({
      severity: 'warning',
      code: 'legacy/input-choice',
      file: first.name,
      message: `${first.name} was taken${alsoThere(others.map(({ name }) => name))}`,
      fix: { role: 'input.dat', file: instead.name },
    })
  const usual = files.find('', 'input.dat')
  return first ?? (usual === undefined ? undefined : { name: usual })
}

/** Whether a file, of which this is the beginning, names the tables of a project. */
export const namesTables = (head: Buffer): boolean => NAMES_FILES.test(linesOf(head))

/** Of UTF-16 too, which the validator of input.dat names. */
const linesOf = (head: Buffer): string => head.toString('latin1').replaceAll('\0', '').replaceAll('\r', '\n')
