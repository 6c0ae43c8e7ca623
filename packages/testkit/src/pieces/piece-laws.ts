import { checkOptions } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import { cloneLaws } from './clone-laws.js'
import { exportLaws } from './export-laws.js'
import { fileLaws } from './file-laws.js'
import { importFailureLaws } from './import-failure-laws.js'
import { importLaws } from './import-laws.js'
import { type PieceLawsOptions, pieceLawChecks } from './piece-laws-options.js'
import { removalLaws } from './removal-laws.js'
import { spellingLaws } from './spelling-laws.js'
import { verifierLaws } from './verifier-laws.js'
import { wholeWayLaws } from './whole-way-laws.js'

/**
 * Laws of a piece: of its exporter, importer, cloner, remover and validators, as far as it has them. Whatever they import is rolled
 * back or removed; the samples stay. That a piece's memory does not grow with its rows (flat memory) is not among them.
 */
export function pieceLaws(runner: LawTest, options: PieceLawsOptions): void {
  const test = linked(runner)
  checkOptions('pieceLaws()', options, pieceLawChecks)
  const { exporter, importer, cloner } = options.piece
  if (exporter) exportLaws(test, options)
  if (exporter && importer) {
    importLaws(test, options)
    importFailureLaws(test, options)
    wholeWayLaws(test, options)
  }
  if (cloner) cloneLaws(test, options)
  if (exporter && importer) fileLaws(test, options)
  removalLaws(test, options)
  verifierLaws(test, options)
  spellingLaws(test, options)
}
