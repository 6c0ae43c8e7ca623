import proj4 from 'proj4'

/** UTM zone 55 south (EPSG:32755), as text of a .prj file: metres, for Tasmania. */
export const projection =
  'PROJCS["WGS_1984_UTM_Zone_55S",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",' +
  'SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],' +
  'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],' +
  'PARAMETER["Central_Meridian",147.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],' +
  'UNIT["Meter",1.0]]'

const converter = proj4('WGS84', projection)

/** Metres east and north. */
export type Point = readonly [x: number, y: number]

export function project(longitude: number, latitude: number): Point {
  return converter.forward<[number, number]>([longitude, latitude])
}
