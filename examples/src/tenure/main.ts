#!/usr/bin/env node
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { walk } from './walk.js'

await new Command('npm run example:tenure --')
  .description(
    'Exports a made-up land tenure project through its API with scoped tokens, delivers it, imports it again, and compares.',
  )
  .option('--parcels <number>', 'of the sample', '2000')
  .option('--seed <number>', 'of the sample', '1')
  .addHelpText(
    'after',
    '\nDATABASE_URL=postgres://… runs in a database of its own on that server, dropped afterwards.',
  )
  .action(async ({ parcels, seed }: { readonly parcels: string; readonly seed: string }) => {
    const folder = await mkdtemp(join(tmpdir(), 'piecework-tenure-'))
    try {
      const differences = await walk({
        folder,
        parcels: Number(parcels),
        seed: Number(seed),
        databaseUrl: process.env.DATABASE_URL,
        say: console.log,
      })
      if (differences > 0) process.exitCode = 1
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  .parseAsync()
