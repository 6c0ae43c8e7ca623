import { execFileSync } from 'node:child_process'
import { debianPython } from '@piecework/test-support'

/** What GDAL's Python says of a file, all at once: each process takes a while to start. */
export interface Look {
  /** Of the validator of GDAL's own samples. */
  readonly errors: readonly string[]
  readonly transform: readonly number[]
  readonly bands: readonly { readonly color: string; readonly nodata: string }[]
  /** Of the first band. */
  readonly validPercent: number
  /** The whole size, then its overviews. */
  readonly levels: readonly { readonly size: readonly number[]; readonly checksums: readonly number[] }[]
}

const script = `
import json, sys
from osgeo import gdal
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate
gdal.UseExceptions()
gdal.SetConfigOption('GDAL_PAM_ENABLED', 'NO')
def look(file):
    errors = validate(file, full_check=True)[1]
    whole = gdal.Open(file)
    bands = [whole.GetRasterBand(n + 1) for n in range(whole.RasterCount)]
    levels = [bands] + [[band.GetOverview(n) for band in bands] for n in range(bands[0].GetOverviewCount())]
    bands[0].ComputeStatistics(False)
    return {
        'errors': errors,
        'transform': whole.GetGeoTransform(),
        'bands': [{'color': gdal.GetColorInterpretationName(band.GetColorInterpretation()), 'nodata': str(band.GetNoDataValue())} for band in bands],
        'validPercent': float(bands[0].GetMetadataItem('STATISTICS_VALID_PERCENT') or 0),
        'levels': [{'size': [level[0].XSize, level[0].YSize], 'checksums': [band.Checksum() for band in level]} for level in levels],
    }
print(json.dumps([look(file) for file in sys.argv[1:]]))
`

export function lookAt(...files: readonly string[]): readonly Look[] {
  return JSON.parse(execFileSync(debianPython, ['-c', script, ...files], { encoding: 'utf8' }))
}
