import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  type Column,
  type Feature,
  shapefileParts,
  squares,
} from '@piecework/test-support/fixtures/shapefile-of.js'

export type Files = Readonly<Record<string, string | Uint8Array | undefined>>

/** Folders of one test file. */
export interface Folders {
  /** A small project without a single finding, in which these files are others, or, if undefined, missing. */
  make(changes?: Files): Promise<string>
  remove(): Promise<void>
}

export async function folders(): Promise<Folders> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-check-'))
  let made = 0
  return {
    make: async (changes = {}) => {
      made += 1
      const dir = join(root, `project ${made}`)
      for (const [name, content] of Object.entries({ ...flawless, ...changes })) {
        if (content === undefined) continue
        await mkdir(dirname(join(dir, name)), { recursive: true })
        await writeFile(join(dir, name), content)
      }
      return dir
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

export const layer = (
  features: readonly Feature[],
  name = 'shapes/grid',
  columns?: readonly Column[],
): Files =>
  Object.fromEntries(
    Object.entries(shapefileParts(features, columns ? { columns } : {})).map(([extension, bytes]) => [
      `${name}.${extension}`,
      bytes,
    ]),
  )

export const inputDat = `BLM 1
PROP 0.5
RANDSEED -1
BESTSCORE -1
NUMREPS 10
NUMITNS 1000000
STARTTEMP -1
COOLFAC 0
NUMTEMP 10000
COSTTHRESH 0
THRESHPEN1 0
THRESHPEN2 0
RUNMODE 1
MISSLEVEL 1
ITIMPTYPE 0
HEURTYPE -1
CLUMPTYPE 0
VERBOSITY 2
INPUTDIR input
PUNAME pu.dat
SPECNAME species.dat
PUVSPRNAME puvspr.dat
`

const flawless: Files = {
  'input.dat': inputDat,
  'input/pu.dat': 'id,cost,status\n1,10,0\n2,20,0\n3,30,2\n',
  'input/species.dat': 'id,prop,spf,name\n7,0.3,1,Reef\n8,0.5,1,Kelp\n',
  'input/puvspr.dat': 'species,pu,amount\n7,1,2.5\n8,2,1\n7,3,0.5\n',
  ...layer(squares([1, 2, 3])),
}
