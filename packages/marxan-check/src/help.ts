export const help = `Usage: marxan-check <folder> [options]

Checks the files of a Marxan project the way the import does, and changes nothing. It is tried with files such as Marxan 1.8 to 4,
Inedit, Zonae Cogito, QMarxan, ArcMarxan, CLUZ, Marxan Connect, Marxan Web, marxan.net, Marxan Cloud, R, ArcMap and spreadsheets write.

  --input FILE          the input.dat, where the folder holds several
  --id-attribute NAME   the attribute of the shapefile that holds the planning units' ids, where that is not puid
  --file ROLE=PATH      a file that the folder's names do not tell; repeatable. Roles are those of uploads: planning-grid, pu.dat …,
                        output (a folder or zip), features, cost-surface, protected-areas (a .shp or zip)
  --metadata ROLE.KEY=VALUE
                        what would come with the upload: features.nameAttribute=NAME; repeatable
  --names required      a feature without a name is an error instead of a warning
  --database URL        a PostgreSQL server with PostGIS that tries to repair invalid shapes, as the import would;
                        nothing is written to it
  --list NUMBER         how many findings of one kind are listed for a file; default 10, there are at most 100
  --strict              warnings count: exit 1 where there are some
  --json                one JSON document on stdout
  --version             print the version
  -h, --help            print this

Paths are relative to the working directory or, where nothing is there, to the project's folder.
Exit codes: 0 no errors, 1 warnings only (with --strict), 2 errors.
NO_COLOR and FORCE_COLOR are respected.`
