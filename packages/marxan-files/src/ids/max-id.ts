/** The largest id of a planning unit or feature: ids are integers of 32 bits in Marxan and in databases. */
export const maxId = 2 ** 31 - 1
