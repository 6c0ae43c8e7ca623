import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { writeInputDat, writePu, writtenParameters } from '@piecework/marxan-files'

export async function writeProject(folder: string): Promise<void> {
  const parameters = writtenParameters({ BLM: 0.1, NUMREPS: 100 }, ({ key, stored, written }) =>
    console.error(`${key} is ${stored}; ${written} was written`),
  )
  const save = (name: string, bytes: AsyncIterable<Uint8Array>) =>
    pipeline(bytes, createWriteStream(join(folder, name)))
  await save('input.dat', writeInputDat(parameters, { boundaries: false }))
  const rows = Readable.from([Buffer.from('id,cost,status\n1,10,0\n2,20,2\n')])
  await save('pu.dat', writePu(rows, { locations: false }))
}
