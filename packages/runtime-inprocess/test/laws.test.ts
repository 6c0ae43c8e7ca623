import { inProcess } from '@piecework/runtime-inprocess'
import { runtimeLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('runtime: in process')
// The laws make one handler fail; its report is not of interest here.
runtimeLaws(test, { make: () => inProcess({ onError: () => {} }) })
test.run()
