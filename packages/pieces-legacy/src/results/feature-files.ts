import type { BestRun, OutputFolder } from '@piecework/marxan-files'

/** Files with results of features by run; `_mvbest` replaces the file that the best run lacks, if it is known to be of that run. */
export function featureFiles(
  { features, bestFeatures }: OutputFolder,
  best: BestRun | undefined,
): OutputFolder['features'] {
  if (!bestFeatures || best?.run === undefined || !best.isCertain || features.has(best.run)) return features
  return new Map([...features, [best.run, bestFeatures]])
}
