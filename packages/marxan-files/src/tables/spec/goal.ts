import type { FindingCollector } from '@piecework/core/piece'
import type { GroupedRows } from '../../ids/grouped-rows.js'
import type { SpecBatch } from './columns.js'

/** False, with an error, if no column has goals. */
export function hasGoalColumn(names: readonly string[], findings: FindingCollector, file: string): boolean {
  if (names.includes('prop') || names.includes('target') || !names.includes('id')) return true
  findings.error('legacy/column-missing', { file, column: 'prop' }, () => ({
    message: 'Neither the column prop nor the column target is there',
  }))
  return false
}

interface GoalFindings {
  readonly findings: FindingCollector
  /** Features with nothing to conserve. */
  readonly idle: GroupedRows
}

/** Leaves one of prop and target: the one above 0, or a 0 that was given. False, with an error, if that is not one of them. */
export function settleGoal(
  { columns }: SpecBatch,
  row: number,
  location: { readonly file: string; readonly line: number },
  { findings, idle }: GoalFindings,
): boolean {
  const id = columns.id[row] as number
  const prop = columns.prop[row] as number
  const target = columns.target[row] as number
  if (prop > 0 && target > 0) {
    findings.error('legacy/prop-and-target', location, () => ({
      message: `The feature ${id} has both a prop (${prop}) and a target (${target})`,
      hint: 'Set the one that is not meant to 0; Marxan itself takes the prop.',
    }))
    return false
  }
  if (!(prop >= 0 || target >= 0)) {
    findings.error('legacy/prop-or-target', location, () => ({
      message: `The feature ${id} has neither a prop nor a target${unsetText({ prop, target })}`,
      hint: '-1 or nothing says that it is not set: set one of them.',
    }))
    return false
  }
  if (!(prop > 0 || target > 0 || (columns.targetocc[row] as number) > 0))
    idle.add(
      location.line,
      id,
      () => `The feature ${id} has ${zeroText(prop, target)}: there is nothing to conserve`,
    )
  if (target > 0 || !(prop >= 0)) columns.prop[row] = Number.NaN
  else columns.target[row] = Number.NaN
  return true
}

export const reportIdle = (idle: GroupedRows, file: string, findings: FindingCollector): void =>
  idle.report(
    'legacy/nothing-to-conserve',
    { file },
    (count) => `${count} features have 0 as their prop or target: there is nothing to conserve of them`,
    findings,
  )

function unsetText(goals: { readonly prop: number; readonly target: number }): string {
  const given = Object.entries(goals).flatMap(([name, value]) => (value === -1 ? [`its ${name} is -1`] : []))
  return given.length === 0 ? '' : ` (${given.join(', ')})`
}

function zeroText(prop: number, target: number): string {
  if (prop >= 0 && target >= 0) return 'neither prop nor target, both are 0'
  return `0 as its ${prop >= 0 ? 'prop' : 'target'}`
}
