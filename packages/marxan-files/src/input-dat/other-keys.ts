/**
 * Keys without a meaning for an import: Marxan's own about how results are written, and what hosts and tools leave in the file (Marxan Web how a
 * project is shown).
 */
const silentKey =
  /^(?:VERSION|SOLUTIONSMATRIXHEADERS|BESTFIELDNAME|(?:ANNEALING|ITIMP)TRACEROWS|DESCRIPTION|CREATEDATE|PLANNING_UNIT_NAME|IUCN_CATEGORY|OLDVERSION|PRIVATE|COSTS|CLASSIFICATION|NUMCLASSES|COLORCODE|TOPCLASSES|OPACITY|_.*)$/

export const isSilentKey = (key: string): boolean => silentKey.test(key)

/** Keys of Marxan that change what a run looks for, and are not imported; with what is done instead. */
export const notCarried: Readonly<Record<string, string>> = {
  ASYMMETRICCONNECTIVITY:
    'bound.dat is read as boundaries, whose direction is not carried; for Marxan both directions of a pair count, here its first row does, so the imported problem is another one',
  CONNECTIVITYIN: 'bound.dat is read as boundaries',
  CONNECTIONFILESNAME: 'only bound.dat is read',
  PENALTYNAME: 'penalties are those that Marxan computes',
  PROBABILITYWEIGHTING: 'probabilities are not imported either',
}

/** Keys that only Marxan with Zones has. */
const marzoneKey =
  /^(?:ZONE[A-Z0-9]*NAME|ZONECONTRIB[A-Z0-9]*|ZONETARGET[A-Z0-9]*|COSTSNAME|AVAILABLEZONE|PUZONENAME|PULOCKNAME)$/

export const isMarzoneKey = (key: string): boolean => marzoneKey.test(key)
