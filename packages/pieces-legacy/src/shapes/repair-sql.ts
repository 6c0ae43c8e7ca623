/**
 * SQL for the geometry that `geometry`, a shape of an upload, becomes: itself where it is valid, else what ST_MakeValid makes of it, without
 * lines and points; and put back between the antimeridians where it goes beyond. Empty where nothing with an area is left.
 */
export const repairedGeometry = (geometry: string): string =>
  `CASE WHEN ST_XMax(${geometry}) > 180 THEN ST_CollectionExtract(ST_WrapX(ST_MakeValid(${geometry}), 180, -360), 3)
        WHEN ST_IsValid(${geometry}) THEN ${geometry}
        ELSE ST_CollectionExtract(ST_MakeValid(${geometry}), 3) END`
