#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'
import { Command, InvalidArgumentError } from 'commander'
import { walk } from './walk.js'

await new Command('npm run example:imagery --')
  .description(
    'Exports sample scenes: RGB with corrected colors, NDVI of an area in another projection, a mosaic as it is. Says what gdalinfo says, and writes quick looks.',
  )
  .option('--scenes <path>', 'folder of the sample scenes; made-up ones where there is none', existing)
  .option('--folder <path>', 'where results are written', join(tmpdir(), 'piecework-imagery-example'))
  .addHelpText(
    'after',
    '\nNeeds GDAL: apt-get install gdal-bin. DATABASE_URL=postgres://… runs in a database of its own on that server, dropped afterwards.',
  )
  .action(async ({ folder, scenes }: { readonly folder: string; readonly scenes?: string }) => {
    await mkdir(folder, { recursive: true })
    const samples = join(sampleFolder, 'imagery')
    const failed = await walk({
      folder,
      scenes: scenes ?? (existsSync(samples) ? samples : undefined),
      databaseUrl: process.env.DATABASE_URL,
      say: console.log,
    })
    if (failed > 0) process.exitCode = 1
  })
  .parseAsync()

function existing(path: string): string {
  if (existsSync(path)) return path
  throw new InvalidArgumentError('There is no such folder.')
}
