/** The .prj of EPSG:4326, as ESRI's programs write it. */
export const wgs84Prj =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'

/** Semi-major axis in metres. */
export const wgs84Axis = 6378137
