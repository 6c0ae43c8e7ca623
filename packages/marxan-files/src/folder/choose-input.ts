import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { alsoThere, type FolderFinding } from './finding.js'
import type { Listing } from './listing.js'

/** Enough of a file to tell what it is. */
const HEAD = 65_536
const NAMES_FILES = /^[ \t"]*(?:PUNAME|SPECNAME|PUVSPRNAME)[\s=]/m
const NAMES_ZONES = /^[ \t"]*ZONESNAME[\s=]/m

/**
 * The first `*.dat` by name that names other files, with a warning where there are more; else input.dat, whose reader tells what is wrong with
 * it. Throws `legacy/marzone`.
 */
export async function chooseInput(
  dir: string,
  files: Listing,
  tell: (finding: FolderFinding) => void,
): Promise<string | undefined> {
  const inputs: string[] = []
  for (const name of files.in('').filter((name) => name.toLowerCase().endsWith('.dat'))) {
    const head = await headOf(join(dir, name))
    if (NAMES_ZONES.test(head))
      throw new PieceworkError(
        'legacy/marzone',
        `This is a project of Marxan with Zones (${name} has ZONESNAME), which cannot be imported`,
      )
    if (NAMES_FILES.test(head)) inputs.push(name)
  }
  const [first, ...others] = inputs
  const [instead] = others
  if (first !== undefined && instead !== undefined)
    tell({
      severity: 'warning',
      code: 'legacy/input-choice',
      file: first,
      message: `${first} was taken${alsoThere(others)}`,
      instead,
    })
  return first ?? files.find('', 'input.dat')
}

async function headOf(path: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: HEAD - 1 })) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1').replaceAll('\r', '\n')
}
