/** A number as a field of CSV; NaN is NULL. */
export const numberOrNull = (value: number | undefined): number | '' =>
  value === undefined || Number.isNaN(value) ? '' : value
