/** What a file of an output folder holds. `r` and `mv` have a run number, or are of the best run. */
export type ResultKind = 'sum' | 'r' | 'best' | 'solutionsmatrix' | 'mv' | 'mvbest' | 'ssoln'

export interface ResultName {
  /** `''` is the root. */
  readonly folder: string
  /** SCENNAME of input.dat. */
  readonly scenario: string
  readonly kind: ResultKind
  /** Of `r` and `mv`. */
  readonly run?: number
  /** Which of several files of the same kind is taken: the lowest. */
  readonly preference: number
}

const NAME = /^(?:(.*)\/)?([^/]*)_(?:(sum|best|solutionsmatrix|mvbest|ssoln)|(r|mv)(\d{3,}))\.(csv|txt|dat)$/i
const EXTENSIONS = ['csv', 'txt', 'dat']

/** Undefined for files that are not needed. */
export function resultName(path: string): ResultName | undefined {
  const [, folder = '', scenario = '', single, series, run, extension = ''] = NAME.exec(path) ?? []
  const kind = (single ?? series)?.toLowerCase() as ResultKind | undefined
  if (kind === undefined) return undefined
  return {
    folder,
    scenario,
    kind,
    ...(run !== undefined && { run: Number(run) }),
    preference: EXTENSIONS.indexOf(extension.toLowerCase()),
  }
}

/** What archivers and desktops leave in a zip. */
export const isLitter = (path: string): boolean =>
  path.split('/').some((segment) => segment === '__MACOSX' || segment.startsWith('.'))

/** Name of a file that Marxan would write as CSV for its scenario. */
export const resultFileName = (scenario: string, kind: ResultKind, run?: number): string =>
  `${scenario}_${kind}${run === undefined ? '' : String(run).padStart(5, '0')}.csv`
