import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'

/** Texts by file name. */
export type OutputFiles = Readonly<Record<string, string | Uint8Array>>

export const outputZip = (files: OutputFiles): Buffer =>
  zipOf(Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) })))

/** All files of a sample's output folder, those that are not needed as well. */
export function sampleOutput(project: string): OutputFiles {
  const folder = join(sampleFolder, project, 'output')
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}
