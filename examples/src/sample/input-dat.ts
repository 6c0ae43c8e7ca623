/** Parameters with which Marxan solves the sample in a few seconds. */
export function inputDat(seed: number): string {
  return `Marxan project of Tasmania's coastal waters: a sample

General Parameters
BLM 0.001
PROP 0.5
RANDSEED ${seed}
NUMREPS 10

Annealing Parameters
NUMITNS 1000000
STARTTEMP -1
NUMTEMP 10000

Cost Threshold
COSTTHRESH 0
THRESHPEN1 0
THRESHPEN2 0

Input Files
INPUTDIR input
PUNAME pu.dat
SPECNAME spec.dat
PUVSPRNAME puvspr.dat
BOUNDNAME bound.dat

Save Files
SCENNAME tasmania
SAVERUN 3
SAVEBEST 3
SAVESUMMARY 3
SAVESCEN 3
SAVETARGMET 3
SAVESUMSOLN 3
SAVESOLUTIONSMATRIX 3
OUTPUTDIR output

Program control
RUNMODE 1
MISSLEVEL 1
ITIMPTYPE 0
HEURTYPE -1
CLUMPTYPE 0
VERBOSITY 2
`
}
