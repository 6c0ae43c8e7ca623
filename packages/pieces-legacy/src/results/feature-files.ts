import type { OutputFolder } from '@piecework/marxan-files'

/** Files with results of features by run; `_mvbest` replaces the file that the best run lacks. */
export function featureFiles(folder: OutputFolder, best: number | undefined): OutputFolder['features'] {
  const { features, bestFeatures } = folder
  if (!bestFeatures || best === undefined || features.has(best)) return features
  return new Map([...features, [best, bestFeatures]])
}
