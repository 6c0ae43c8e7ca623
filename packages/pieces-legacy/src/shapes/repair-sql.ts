/**
 * SQL of the geometry that an uploaded shape becomes: itself if it is valid, else the result of ST_MakeValid
 * without lines and points; put back between the antimeridians if it goes beyond. Empty if no area is left.
 */
export const repairedGeometry = (geometry: string): string =>
  `CASE WHEN ST_XMax(${geometry}) > 180 THEN ST_CollectionExtract(ST_WrapX(ST_MakeValid(${geometry}), 180, -360), 3)
        WHEN ST_IsValid(${geometry}) THEN ${geometry}
        ELSE ST_CollectionExtract(ST_MakeValid(${geometry}), 3) END`
