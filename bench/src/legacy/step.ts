import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Piecework } from '@piecework/core'
import type { Pack } from '@piecework/core/piece'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningPacks, principal, withHost } from '../planning/host.js'
import { figuresOf, type StepFigures } from '../planning/step.js'
import { gridPacks } from './grid-pack.js'
import { validatedAlone } from './validated-alone.js'

/** Work in a process of its own, so that its CPU time and peak memory are its own. */
export interface Step {
  /**
   * `puvspr`: its validator without job and database. `validate-again`: as by a server that has validated before, whose code is
   * compiled. `rows`: an import without unions of planning units.
   * `at-once`: all unions of features by one node, where the import has them in parts; `grid`: one of the planning grid alone.
   */
  readonly task: 'puvspr' | 'validate' | 'validate-again' | 'import' | 'at-once' | 'rows' | 'grid'
  readonly url: string
  /** Of artifacts. */
  readonly folder: string
  /** By role. */
  readonly files: Readonly<Record<string, string>>
}

/** Validations before the one that is measured as `validate-again`. */
const validatedBefore = 2

/** `cpuSeconds`: of the work alone, without the start of the process. */
export async function runStep(step: Step): Promise<StepFigures> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(step)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The step ${step.task} ended with ${code}.`)
  return JSON.parse(output)
}

async function run({ task, url, folder, files }: Step): Promise<StepFigures> {
  if (task === 'puvspr') return measured(async () => validatedAlone(files))
  const legacy = task === 'at-once' ? withoutParts(legacyMarxanPack()) : legacyMarxanPack()
  const packs = task === 'grid' ? gridPacks() : [...planningPacks, legacy]
  return withHost(
    url,
    folder,
    async (piecework) => {
      if (task !== 'validate-again') return measured(() => jobOf(piecework, task, files))
      for (let before = 0; before < validatedBefore; before++) await jobOf(piecework, 'validate', files)
      return measured(() => jobOf(piecework, 'validate', files))
    },
    packs,
  )
}

const withoutParts = ({ formats = [], ...pack }: Pack): Pack => ({
  ...pack,
  formats: formats.map((format) => ({
    ...format,
    pieces: format.pieces.map(({ importer, ...piece }) => {
      const { parts: _, ...whole } = importer ?? {}
      return { ...piece, ...('import' in whole && { importer: whole }) }
    }),
  })),
})

const withoutUnions = { 'legacy/features': { geometry: 'none' }, 'legacy/planning-area': { skip: true } }

async function jobOf(
  piecework: Piecework,
  task: Exclude<Step['task'], 'puvspr' | 'validate-again'>,
  files: Step['files'],
): Promise<Figures> {
  const uploads = Object.fromEntries(Object.entries(files).map(([role, file]) => [role, { file }]))
  const options = task === 'rows' ? withoutUnions : {}
  const request = { format: 'legacy-marxan', uploads, principal, name: 'Legacy', options }
  const handle = task === 'validate' ? await piecework.validate(request) : await piecework.import(request)
  return figuresOf(task === 'validate' ? 'validate' : 'import', await handle.ended())
}

type Figures = Pick<StepFigures, 'rows' | 'movingSeconds' | 'pieces'>

async function measured(work: () => Promise<Figures>): Promise<StepFigures> {
  const before = process.cpuUsage()
  const started = performance.now()
  const figures = await work()
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(before)
  const peakMb = Math.round(process.resourceUsage().maxRSS / 102.4) / 10
  return { ...figures, seconds, cpuSeconds: (user + system) / 1e6, peakMb }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '') as Step)))
}
