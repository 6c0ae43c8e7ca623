import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { UploadSource } from '@piecework/core'
import { sampleFolder, sampleGrid } from '@piecework/test-support/fixtures/samples.js'

export type Uploads = Readonly<Record<string, UploadSource>>

export const bytes = (content: string | Uint8Array): UploadSource => ({
  stream: (async function* () {
    yield Buffer.from(content)
  })(),
})

/** A sample project by role. */
export function sampleUploads(
  project: string,
  files: { readonly input: string; readonly spec: string; readonly puvspr: string },
  metadata: Readonly<Record<string, unknown>> = {},
): Uploads {
  const file = (...path: string[]) => bytes(readFileSync(join(sampleFolder, project, ...path)))
  return {
    'planning-grid': { ...bytes(sampleGrid(project)), metadata },
    'input.dat': file(files.input),
    'pu.dat': file('input', 'pu.dat'),
    'spec.dat': file('input', files.spec),
    'puvspr.dat': file('input', files.puvspr),
  }
}

/** Numbers of a sample's table, read in the plainest way. */
export function sampleRows(project: string, file: string): readonly Readonly<Record<string, string>>[] {
  const [header = '', ...lines] = readFileSync(join(sampleFolder, project, 'input', file), 'utf8')
    .trim()
    .split(/\r?\n/)
  const cells = (line: string) => line.split(/[,\t]/).map((cell) => cell.trim().replace(/^"|"$/g, ''))
  const names = cells(header)
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, at) => [names[at] ?? '', cell])))
}
