/**
 * `lost`: a job that does not end, rows that are not there. `doubled`: rows, or jobs, that are there twice.
 * `left over`: rows, holds, locks, transactions, files of what has ended. `wrong`: anything else that should
 * be otherwise.
 */
export interface Problem {
  readonly what: 'lost' | 'doubled' | 'left over' | 'wrong'
  readonly text: string
}

export const problem = (what: Problem['what'], text: string): Problem => ({ what, text })
