/** What to change where rows are skipped because of their planning units. */
export const skippedUnits =
  'If they belong to the project, add them to pu.dat and to the planning grid; else nothing has to be changed.'
